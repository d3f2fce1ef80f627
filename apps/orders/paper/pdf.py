"""A receipt as PDF: a page as wide as the roll of a receipt printer and as long as it needs.

The same receipt always gives the same bytes: the document says when the sale was made and not when
it was drawn. The fonts are embedded, so names in Latin, Greek and Cyrillic letters look the same on
every machine; what they have no letter for is shown as a box, and never left out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from apps.orders.paper.bars import bars_of, width_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from fpdf import FPDF

    from apps.orders.receipts import Receipt, ReceiptLine

WIDTH, MARGIN = 80.0, 5.0  # millimetres, as all lengths here
MARK_BASELINE = 6.0  # where a copy says that it is one; nothing else stands above `_TOP`
_TOP = 9.0
_INNER = WIDTH - 2 * MARGIN
_INDENT = 3.0
_GAP = 2.5  # between a text and its amount
_BAR_HEIGHT = 13.0
_POINT = 25.4 / 72
_LEADING = 1.3
_NO_LETTER = "\N{WHITE SQUARE}"
_FONT = "receipt"
_FONTS = Path(__file__).parent / "fonts"
_FILES = {"": _FONTS / "DejaVuSansCondensed.ttf", "B": _FONTS / "DejaVuSansCondensed-Bold.ttf"}


@dataclass(frozen=True, slots=True)
class Ink:
    """How a text looks: points, bold or not, and how dark."""

    size: float
    style: str = ""
    grey: int = 0  # of 255

    @property
    def leading(self) -> float:
        """From one line to the next."""
        return self.size * _LEADING * _POINT


_NAME, _PLAIN, _SMALL = Ink(12, "B"), Ink(8.5), Ink(7.5, grey=90)
_TOTAL = Ink(12, "B")


@dataclass
class Roll:
    """What is to be drawn, collected from the top down, because a page's length comes first."""

    pdf: FPDF
    y: float = _TOP
    texts: list[tuple[float, float, str, Ink]] = field(default_factory=list)
    rules: list[float] = field(default_factory=list)

    def centre(self, text: str, ink: Ink) -> None:
        """A text in the middle, on as many lines as it needs."""
        for part in self._wrap(text, ink, _INNER):
            self._put((WIDTH - self._width(part, ink)) / 2, part, ink)

    def left(self, text: str, ink: Ink, *, indent: float = 0) -> None:
        """A text at the left edge, on as many lines as it needs."""
        for part in self._wrap(text, ink, _INNER - indent):
            self._put(MARGIN + indent, part, ink)

    def pair(self, left: str, right: str, ink: Ink) -> None:
        """A text and its amount, which stands beside the text's last line.

        A text that begins with a space belongs to the one above it, and is indented.
        """
        start = MARGIN + (_INDENT if left.startswith(" ") else 0)
        room = WIDTH - MARGIN - start - self._width(right, ink) - _GAP
        *above, last = self._wrap(left, ink, room)
        for part in above:
            self._put(start, part, ink)
        self.texts.append((WIDTH - MARGIN - self._width(right, ink), self.y, right, ink))
        self._put(start, last, ink)

    def rule(self) -> None:
        """A thin line across."""
        self.y += 1.2
        self.rules.append(self.y)
        self.y += 1.2

    def _put(self, x: float, text: str, ink: Ink) -> None:
        self.texts.append((x, self.y, text, ink))
        self.y += ink.leading

    def _width(self, text: str, ink: Ink) -> float:
        self.pdf.set_font(_FONT, ink.style, ink.size)
        width: float = self.pdf.get_string_width(text)
        return width

    def _wrap(self, text: str, ink: Ink, room: float) -> list[str]:
        lines = [""]
        for word in _words(text):
            fits = self._width(lines[-1] + word, ink) <= room
            if fits or not lines[-1]:
                lines[-1] += word
            else:
                lines.append(word)
            while self._width(lines[-1], ink) > room and len(lines[-1]) > 1:
                lines[-1:] = self._broken(lines[-1], ink, room)
        return [line.strip() for line in lines]

    def _broken(self, word: str, ink: Ink, room: float) -> tuple[str, str]:
        """A word that is too long for a line, as much as fits and the rest."""
        end = len(word) - 1
        while end > 1 and self._width(word[:end], ink) > room:
            end -= 1
        return word[:end], word[end:]


def render_pdf(receipt: Receipt, *, made_at: datetime) -> bytes:
    """The receipt as a PDF of one page; `made_at` is what it calls its own date."""
    pdf = begin_pdf()
    pdf.set_creation_date(made_at)
    pdf.set_title(f"Receipt {receipt.number}")
    pdf.set_producer("Tillhouse")
    pdf.set_lang("en-US")
    pdf.set_auto_page_break(auto=False)
    roll = lay_out(pdf, receipt)
    top = roll.y + 2
    pdf.add_page(format=(WIDTH, top + _BAR_HEIGHT + _PLAIN.leading + MARGIN))
    _draw(roll)
    _draw_bars(pdf, receipt.code, top)
    roll.texts.clear()
    roll.y = top + _BAR_HEIGHT + 0.8
    roll.centre(receipt.code, _SMALL)
    _draw(roll)
    return bytes(pdf.output())


def begin_pdf() -> FPDF:
    """A document without a page, with the fonts of receipts."""
    from fpdf import FPDF  # noqa: PLC0415 - with its libraries 30 MB, which few sales need

    pdf = FPDF(unit="mm")
    for style, path in _FILES.items():
        pdf.add_font(_FONT, style, path)
    return pdf


def lay_out(pdf: FPDF, receipt: Receipt) -> Roll:
    """All of a receipt but for its barcode, each text in its place."""
    roll = Roll(pdf)
    for text, ink in zip(receipt.heading, (_NAME, _SMALL, _SMALL), strict=False):
        roll.centre(printable(text), ink)
    roll.y += 2.5
    roll.pair(receipt.number, receipt.sold_at, _SMALL)
    roll.left(f"Served by {printable(receipt.clerk)}", _SMALL)
    roll.rule()
    for line in receipt.lines:
        _sold(roll, line)
    roll.rule()
    _pairs(roll, receipt.sums)
    roll.y += 0.8
    roll.pair(*receipt.total, _TOTAL)
    roll.rule()
    _pairs(roll, receipt.tenders)
    for note in receipt.notes:
        roll.y += 2.5
        roll.centre(printable(note), _SMALL)
    return roll


def _sold(roll: Roll, line: ReceiptLine) -> None:
    roll.pair(printable(line.text), line.amount, _PLAIN)
    for detail in line.details:
        roll.left(printable(detail), _SMALL, indent=_INDENT)
    roll.y += 0.6


def _pairs(roll: Roll, pairs: Iterable[tuple[str, str]]) -> None:
    for name, amount in pairs:
        roll.pair(printable(name), amount, _PLAIN)


def _draw(roll: Roll) -> None:
    for x, y, text, ink in roll.texts:
        roll.pdf.set_font(_FONT, ink.style, ink.size)
        roll.pdf.set_text_color(ink.grey)
        roll.pdf.text(x, y + ink.size * _POINT, text)
    roll.pdf.set_draw_color(170)
    roll.pdf.set_line_width(0.15)
    for y in roll.rules:
        roll.pdf.line(MARGIN, y, WIDTH - MARGIN, y)


def _draw_bars(pdf: FPDF, code: str, top: float) -> None:
    module = WIDTH / max(width_of(code), 240)  # a short code is not stretched beyond 0.33 mm
    left = (WIDTH - module * width_of(code)) / 2
    pdf.set_fill_color(0)
    for at, width in bars_of(code):
        pdf.rect(left + at * module, top, width * module, _BAR_HEIGHT, style="F")


def _words(text: str) -> Iterator[str]:
    """The words of a text, each with the space that follows it."""
    for word in text.split():
        yield word + " "


def printable(text: str) -> str:
    """The text, with a box for every character that the fonts have no letter for."""
    letters = _letters()
    return "".join(c if c.isspace() or ord(c) in letters else _NO_LETTER for c in text)


@cache
def _letters() -> frozenset[int]:
    """The characters that both fonts can show."""
    return frozenset.intersection(*map(_letters_of, _FILES.values()))


def _letters_of(path: Path) -> frozenset[int]:
    from fontTools.ttLib import TTFont  # noqa: PLC0415 - as above

    with TTFont(path) as font:
        return frozenset(font.getBestCmap())
