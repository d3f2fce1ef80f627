"""A receipt in each of its formats, and each of them marked as a copy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.template.loader import render_to_string

from apps.orders.layout import COLUMNS
from apps.orders.paper.bars import path_of, width_of
from apps.orders.paper.escpos import mark_escpos, render_escpos
from apps.orders.paper.pdf import render_pdf
from apps.orders.paper.pdf_copies import mark_pdf
from apps.orders.receipts import NOTHING_BESIDE, compose, mark_copy, mark_of, render_text
from apps.orders.types import ReceiptFormat

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apps.orders.models import Order
    from apps.orders.receipts import Beside
    from apps.payments.types import Tender

_BAR_HEIGHT = 60  # modules; how high they are on a page, its style says


def mark(body: bytes, form: ReceiptFormat, *, is_voided: bool) -> bytes:
    """A receipt in any format with the line that says it is a copy."""
    match form:
        case ReceiptFormat.PDF:
            return mark_pdf(body, mark_of(is_voided=is_voided))
        case ReceiptFormat.ESCPOS:
            return mark_escpos(body, mark_of(is_voided=is_voided))
    return mark_copy(body.decode(), is_voided=is_voided).encode()


def render(
    order: Order,
    tenders: Sequence[Tender],
    form: ReceiptFormat,
    columns: int = COLUMNS,
    beside: Beside = NOTHING_BESIDE,
) -> bytes:
    """An order's receipt in a format, as it would be printed now."""
    receipt = compose(order, tenders, beside)
    match form:
        case ReceiptFormat.HTML:
            bars = {
                "width": width_of(receipt.code),
                "height": _BAR_HEIGHT,
                "path": path_of(receipt.code, _BAR_HEIGHT),
            }
            page = render_to_string("orders/receipt.html", {"receipt": receipt, "bars": bars})
            return page.encode()
        case ReceiptFormat.PDF:
            return render_pdf(receipt, made_at=order.placed_at)
        case ReceiptFormat.ESCPOS:
            return render_escpos(receipt, columns=columns)
    return render_text(receipt).encode()
