"""A receipt names the card that paid, the same in every format."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from django_subatomic.db import transaction
from pypdf import PdfReader

from apps.orders.services.printing import print_receipt
from apps.orders.types import ReceiptFormat
from tests.conftest import NOON
from tests.goods import basket
from tests.payments.rows import make_payment

from .sales import fresh, read, send

if TYPE_CHECKING:
    from typing import Any

    from apps.catalog.models import Product
    from apps.stores.types import Till


def printed(till: Till, order: dict[str, Any], form: ReceiptFormat) -> bytes:
    with transaction():
        return print_receipt(till=fresh(till), order_id=UUID(order["id"]), form=form, now=NOON)


def sold_by_card(till: Till, product: Product, **card: str) -> dict[str, Any]:
    body = basket(product)
    payment = make_payment(order_id=body["id"], amount_cents=199, authorized_cents=199, **card)
    tenders = [{"kind": "card", "payment_id": str(payment.pk)}]
    return read(send(till, {**body, "tenders": tenders}))


@pytest.mark.parametrize("form", list(ReceiptFormat))
def test_every_format_says_with_which_card_was_paid_and_all_that_the_text_says(
    till: Till, chips: Product, form: ReceiptFormat
) -> None:
    order = sold_by_card(till, chips, card_brand="visa", card_last4="4242")
    words = printed(till, order, ReceiptFormat.TEXT).decode().replace("-" * 42, "").split()
    found = printed(till, order, form)
    is_pdf = form is ReceiptFormat.PDF
    said = PdfReader(BytesIO(found)).pages[0].extract_text() if is_pdf else str(found)
    assert {"Visa", "...4242", "$1.99"} <= set(words)
    assert [word for word in words if word not in said] == []


def test_a_card_of_which_nothing_is_known_is_a_card(till: Till, chips: Product) -> None:
    text = printed(till, sold_by_card(till, chips), ReceiptFormat.TEXT).decode()
    assert "Card" + " " * 33 + "$1.99" in text
