"""The PDF of a receipt: one page, all of the receipt on it, in letters that can be read."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO

import pytest
from pypdf import PdfReader

from apps.orders.paper.bars import QUIET, bars_of, width_of
from apps.orders.paper.pdf import begin_pdf, lay_out, printable, render_pdf
from apps.orders.paper.pdf_copies import mark_pdf
from apps.orders.receipt_code import receipt_code
from apps.orders.receipts import Receipt, ReceiptLine

MADE = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)
NUMBER = "BRW-1-261122-0001"


def receipt_of(*names: str) -> Receipt:
    return Receipt(
        heading=("Broward Liquors", "1 Main Street"),
        number=NUMBER,
        sold_at="11/22/2026 12:00 PM",
        clerk="Ana, Till 1",
        lines=tuple(ReceiptLine(name, "$10.00T", ()) for name in names),
        sums=(("Subtotal", "$10.00"),),
        total=("TOTAL", "$10.70"),
        tenders=(("Cash", "$20.00"), ("Change", "$9.30")),
        notes=("Age 21+ checked",),
        code=receipt_code(NUMBER),
    )


def text_of(pdf: bytes) -> str:
    """What a strict reader of PDFs finds on the only page."""
    (page,) = PdfReader(BytesIO(pdf), strict=True).pages
    return page.extract_text()


def test_every_word_and_amount_can_be_read_in_it() -> None:
    names = ("Château Margaux", "Žatec Pivo", "Водка Ёлка", "Ouzo Πλωμαρίου")
    text = text_of(render_pdf(receipt_of(*names), made_at=MADE))
    for shown in (*names, "Broward Liquors", NUMBER, "$10.70", "$9.30", receipt_code(NUMBER)):
        assert shown in text


def test_the_mark_of_a_copy_can_be_read_in_a_sound_document() -> None:
    copy = mark_pdf(render_pdf(receipt_of("Rum"), made_at=MADE), "*** COPY ***")
    assert "*** COPY ***" in text_of(copy)


def test_a_receipt_gives_the_same_bytes_every_time() -> None:
    assert len({render_pdf(receipt_of("Rum"), made_at=MADE) for _ in range(3)}) == 1


def test_a_letter_that_the_fonts_lack_is_a_box_and_does_not_vanish() -> None:
    assert printable("日本 Ёлка") == "□□ Ёлка"


LONG = "Q" * 90
WORDS = "Grand Vin de Bordeaux " * 6


@pytest.mark.parametrize("heading", [(), (LONG,), ("", WORDS, LONG)])
@pytest.mark.parametrize("text", ["", LONG, WORDS, f"a {LONG} b"])
def test_nothing_is_drawn_beyond_the_edges_and_nothing_is_left_out(
    text: str, heading: tuple[str, ...]
) -> None:
    line = ReceiptLine(text, "$10,000,000.00T", (text,))
    receipt = replace(receipt_of(), heading=heading, lines=(line,), notes=(text,), clerk=text)
    pdf = begin_pdf()
    roll = lay_out(pdf, receipt)
    for x, _y, drawn, ink in roll.texts:
        pdf.set_font("receipt", ink.style, ink.size)
        assert round(x, 6) >= 5
        assert round(x + pdf.get_string_width(drawn), 6) <= 75
    pdf.add_page()
    pdf.output()  # which closes the fonts
    letters = "".join("".join(drawn.split()) for _, _, drawn, _ in roll.texts)
    assert letters.count("Q") == sum(part.count("Q") for part in (*heading, *[text] * 4))


def test_the_bars_of_a_barcode_lie_between_two_quiet_zones() -> None:
    bars = bars_of(receipt_code(NUMBER))
    assert bars[0][0] == QUIET
    assert sum(bars[-1]) == width_of(receipt_code(NUMBER)) - QUIET


def test_what_is_no_receipt_is_not_marked() -> None:
    with pytest.raises(ValueError, match="no receipt"):
        mark_pdf(b"trailer\n<<\n/Size 3\n>>", "*** COPY ***")


def test_a_line_that_belongs_to_the_one_above_is_indented() -> None:
    receipt = replace(receipt_of("Rum"), tenders=(("Gift card ...8899", "$5.00"), ("  left", "$2")))
    pdf = begin_pdf()
    roll = lay_out(pdf, receipt)
    pdf.add_page()
    pdf.output()  # which closes the fonts
    start = {text: x for x, _y, text, _ink in roll.texts}
    assert start["left"] > start["Gift card ...8899"] == start["Rum"]
