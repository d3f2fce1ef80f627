"""What a receipt printer is sent: ESC/POS, for paper of 42 or 48 columns.

The bytes begin with a fixed prologue, so that a line can be put before the rest later: the mark of
a copy, or the pulse that opens the drawer. Neither is ever part of what is kept.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from apps.orders.layout import centred
from apps.orders.paper.bars import modules_of
from apps.orders.receipts import lay_out

if TYPE_CHECKING:
    from collections.abc import Iterable

    from escpos.printer import Dummy

    from apps.orders.receipts import Receipt

_PROFILE = "TM-T88V"  # its commands are those that nearly all others understand
_PAGE = "CP858"  # code page 850 with the euro
_WIDE_COLUMNS, _WIDE_DOTS, _DOTS = 48, 576, 512  # what prints side by side
_MODULE_DOTS = 2  # the narrowest bar that printers print and scanners read
_BAR_DOTS = 80  # high
_DRAWER_PIN = 2
_PLAIN = str.maketrans(
    "\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}\N{LEFT DOUBLE QUOTATION MARK}"
    "\N{RIGHT DOUBLE QUOTATION MARK}\N{EN DASH}\N{EM DASH}\N{BULLET}\N{NO-BREAK SPACE}",
    "''\"\"--* ",
)


def render_escpos(receipt: Receipt, *, columns: int) -> bytes:
    """The receipt for paper of so many columns: a bold total, its barcode, and a cut."""
    printer = _begin()
    above, total, below = lay_out(receipt, columns)
    _write(printer, above)
    printer.set(bold=True)
    _write(printer, [total])
    printer.set(bold=False)
    _write(printer, [*below, ""])
    if len(modules_of(receipt.code)) * _MODULE_DOTS <= _dots(columns):
        _put_bars(printer, receipt.code)
    _write(printer, centred(receipt.code, columns))
    printer.cut()
    return _bytes_of(printer)


def render_slip(text: str) -> bytes:
    """A text that was laid out before, such as a Z report, with a cut."""
    printer = _begin()
    _write(printer, text.splitlines())
    printer.cut()
    return _bytes_of(printer)


def render_kick() -> bytes:
    """Nothing on paper: the drawer opens."""
    return kick_drawer(_prologue())


def mark_escpos(printed: bytes, mark: str) -> bytes:
    """The same with one more line at its top, which says that it is a copy."""
    printer = _printer()
    printer.set(align="center", bold=True)
    _write(printer, [mark])
    printer.set(align="left", bold=False)
    start = _prologue()
    return start + _bytes_of(printer) + printed[len(start) :]


def kick_drawer(printed: bytes) -> bytes:
    """The same, opening the drawer before anything is printed."""
    printer = _printer()
    printer.cashdraw(_DRAWER_PIN)
    start = _prologue()
    return start + _bytes_of(printer) + printed[len(start) :]


def _printer() -> Dummy:
    """A printer that keeps what it is sent. Loaded when the first receipt is printed: it is big."""
    from escpos.printer import Dummy  # noqa: PLC0415 - as said above

    return Dummy(profile=_PROFILE)


def _begin() -> Dummy:
    printer = _printer()
    printer.hw("INIT")
    printer.magic.force_encoding(_PAGE)
    return printer


def _prologue() -> bytes:
    return _bytes_of(_begin())


def _write(printer: Dummy, lines: Iterable[str]) -> None:
    for line in lines:
        printer._raw(_encode(line) + b"\n")  # noqa: SLF001 - the library's own way to send what is encoded


def _put_bars(printer: Dummy, code: str) -> None:
    printer._hw_barcode(  # noqa: SLF001 - the public way writes to standard output
        "{B" + code,
        "CODE128",
        height=_BAR_DOTS,
        width=_MODULE_DOTS,
        pos="OFF",
        function_type="B",
    )
    printer.set(align="left")


def _encode(text: str) -> bytes:
    """The text in the printer's code page.

    What the page lacks is written without its accent, and else as a question mark for each
    character: columns stay in line, and it can be seen that something stood there.
    """
    return b"".join(map(_encode_character, text.translate(_PLAIN)))


def _encode_character(character: str) -> bytes:
    try:
        return character.encode(_PAGE)
    except UnicodeEncodeError:
        bare = unicodedata.normalize("NFKD", character)[:1]
        return bare.encode(_PAGE, errors="replace")


def _dots(columns: int) -> int:
    return _WIDE_DOTS if columns >= _WIDE_COLUMNS else _DOTS


def _bytes_of(printer: Dummy) -> bytes:
    sent: bytes = printer.output
    return sent
