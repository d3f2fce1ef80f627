"""A PDF that was handed out before, marked as a copy without touching a byte of it.

The mark is added the way ISO 32000-1, 7.5.6 provides for: an update is appended that draws one more
text on the page. So a copy begins with the first print, byte for byte, whatever has become of the
program that made it.
"""

from __future__ import annotations

import re
from itertools import chain

from apps.orders.paper.pdf import MARK_BASELINE, WIDTH

_OBJECT = rb"(?:^|\n)%d 0 obj\n<<\n(.*?)\n>>\nendobj"
_PAGE = rb"\n(\d+) 0 obj\n<<\n((?:(?!endobj).)*?/Type /Page\n)>>\nendobj"
_POINTS = 72 / 25.4  # per millimetre
_SIZE = 10  # points
_LETTER = 0.6  # of the size: every letter of Courier is that wide


def mark_pdf(pdf: bytes, mark: str) -> bytes:
    """The document with a line at the top of its page that says what kind of copy it is.

    Raises:
        ValueError: it is no receipt that `pdf.render_pdf` has made.
    """
    trailer = pdf[pdf.rindex(b"trailer") :]
    count = int(_found(rb"/Size (\d+)", trailer))
    number, inside = int(_found(_PAGE, pdf, 1)), _found(_PAGE, pdf, 2)
    resources = int(_found(rb"/Resources (\d+) 0 R", inside))
    contents = int(_found(rb"/Contents (\d+) 0 R", inside))
    old = _found(_OBJECT % resources, pdf)
    drawing, font = count, count + 1
    both = b"/Contents [%d 0 R %d 0 R]" % (contents, drawing)
    stream = _draw(mark, _height_of(pdf, inside))
    objects = {
        number: b"<<\n%s>>" % inside.replace(b"/Contents %d 0 R" % contents, both),
        resources: b"<<\n%s\n>>" % old.replace(b"/Font <<", b"/Font <</Mark %d 0 R " % font),
        drawing: b"<<\n/Length %d\n>>\nstream\n%s\nendstream" % (len(stream), stream),
        font: b"<<\n/BaseFont /Courier-Bold\n/Subtype /Type1\n/Type /Font\n>>",
    }
    return pdf + _update(objects, len(pdf), trailer)


def _update(objects: dict[int, bytes], start: int, trailer: bytes) -> bytes:
    """New and changed objects, where each of them begins, and where to read on."""
    parts, places = [b"\n"], {}
    for number, body in sorted(objects.items()):
        places[number] = start + sum(map(len, parts))
        parts.append(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    table = start + sum(map(len, parts))
    rows = (b"%d 1\n%010d 00000 n \n" % place for place in places.items())
    previous = b"/Prev %s\n/Root" % _found(rb"startxref\n(\d+)", trailer)
    size = b"/Size %d" % (max(objects) + 1)
    keys = re.sub(rb"/Size \d+", size, _found(rb"trailer\n<<\n(.*?)\n>>", trailer))
    keys = keys.replace(b"/Root", previous)
    end = b"trailer\n<<\n%s\n>>\nstartxref\n%d\n%%%%EOF\n" % (keys, table)
    return b"".join(chain(parts, [b"xref\n"], rows, [end]))


def _draw(mark: str, height: float) -> bytes:
    """What draws the mark in the middle; the page's origin is its lower left corner."""
    width = len(mark) * _LETTER * _SIZE
    x, y = (WIDTH * _POINTS - width) / 2, height - MARK_BASELINE * _POINTS
    return b"q BT /Mark %d Tf %.2f %.2f Td (%s) Tj ET Q" % (_SIZE, x, y, mark.encode("ascii"))


def _height_of(pdf: bytes, page: bytes) -> float:
    """The page's height in points, which its own box or that of all pages says."""
    box = rb"/MediaBox \[0 0 [\d.]+ ([\d.]+)\]"
    own = re.search(box, page)
    return float(own[1] if own else _found(box, pdf))


def _found(pattern: bytes, text: bytes, group: int = 1) -> bytes:
    match = re.search(pattern, text, re.DOTALL)
    if match is None:
        raise ValueError(f"This is no receipt of ours: {pattern!r} is missing.")
    return match[group]
