"""What a gift card paid goes back on to it, and what a voided sale loaded comes off it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from django_subatomic.db import transaction

from apps.orders.services.printing import print_receipt
from apps.orders.types import ReceiptFormat
from apps.payments.errors import RefundExceedsTender, StoredValueInsufficient
from apps.payments.models import StoredValueAccount, StoredValueEntry
from tests.conftest import NOON
from tests.goods import line_of
from tests.payments.drawers import closed, opened

from .gift_cards import OTHER, assert_stored_value_balances, by_card, card, cash, left_on, sold_card
from .returns import some_of, take_back, worth
from .sales import count_rows, sold, voided
from .test_gift_cards import BOURBON

if TYPE_CHECKING:
    from apps.catalog.models import Product
    from apps.stores.types import Till


def back_on(order: dict[str, Any], cents: int) -> dict[str, Any]:
    """A part of a refund that goes back on to the gift card that paid."""
    tender = order["tenders"][0]
    return {"kind": tender["kind"], "account_id": tender["account_id"], "amount_cents": cents}


@pytest.fixture
def order(lead_till: Till, bourbon: Product) -> dict[str, Any]:
    """Two bottles, $30.00 of them by gift card and $12.78 in cash."""
    sold_card(lead_till)
    return sold(lead_till, line_of(bourbon, 2), tenders=[by_card(3_000), cash(1_278)])


def test_a_void_puts_back_what_the_card_paid(lead_till: Till, order: dict[str, Any]) -> None:
    assert left_on() == 2_000
    after = voided(lead_till, order["id"])
    assert left_on() == 5_000
    assert [t["amount_cents"] for t in after["tenders"] if t["kind"] == "gift_card"] == [
        3_000,
        -3_000,
    ]
    assert_stored_value_balances()


def test_a_void_of_a_gift_card_takes_it_back(lead_till: Till, bourbon: Product) -> None:
    order = sold(lead_till, bourbon, gift_cards=[card(1_000)])
    voided(lead_till, order["id"])
    assert left_on() == 0
    assert_stored_value_balances()


def test_a_gift_card_that_was_spent_from_is_not_taken_back(
    lead_till: Till, bourbon: Product
) -> None:
    order = sold_card(lead_till)
    sold(lead_till, bourbon, tenders=[by_card(BOURBON)])
    before = count_rows()
    with pytest.raises(StoredValueInsufficient, match=r"\$50.00 cannot come off it"):
        voided(lead_till, order["id"])
    assert (count_rows(), left_on()) == (before, 5_000 - BOURBON)


def test_a_return_goes_back_on_to_the_card_that_paid(
    lead_till: Till, order: dict[str, Any]
) -> None:
    part = some_of(order)
    given = take_back(lead_till, order, part, refund_to=[back_on(order, worth(part))])
    assert left_on() == 2_000 + BOURBON
    (tender,) = given["tenders"]
    assert (tender["amount_cents"], tender["left_cents"]) == (-BOURBON, 2_000 + BOURBON)
    assert_stored_value_balances()


def test_a_frozen_card_gets_back_what_it_paid(lead_till: Till, order: dict[str, Any]) -> None:
    StoredValueAccount.objects.update(status="FROZEN")
    voided(lead_till, order["id"])
    assert left_on() == 5_000


def test_a_card_gets_no_more_back_than_it_paid(lead_till: Till, order: dict[str, Any]) -> None:
    both = some_of(order, 2)
    with pytest.raises(RefundExceedsTender, match=r"\$30.00 may still go back"):
        take_back(lead_till, order, both, refund_to=[back_on(order, 3_001), cash(1_277)])
    take_back(lead_till, order, both, refund_to=[back_on(order, 3_000), cash(1_278)])
    assert left_on() == 5_000
    assert_stored_value_balances()


def test_another_card_than_the_one_that_paid_gets_nothing(
    lead_till: Till, order: dict[str, Any]
) -> None:
    sold_card(lead_till, 1_000, OTHER)
    other = StoredValueAccount.objects.get(balance_cents=1_000)
    part = {**back_on(order, BOURBON), "account_id": str(other.pk)}
    with pytest.raises(RefundExceedsTender):
        take_back(lead_till, order, some_of(order), refund_to=[part])


def test_cash_is_not_handed_out_for_a_gift_card(lead_till: Till, order: dict[str, Any]) -> None:
    with pytest.raises(RefundExceedsTender, match=r"\$12.78 may still go back"):
        take_back(lead_till, order, some_of(order), refund_to=[cash(BOURBON)])


def test_the_z_tells_gift_cards_by_themselves(lead_till: Till, bourbon: Product) -> None:
    opened(lead_till)
    sold_card(lead_till, 5_000)
    sold(lead_till, bourbon, tenders=[by_card(BOURBON)])
    voided(lead_till, sold_card(lead_till, 700, OTHER)["id"])
    z = closed(lead_till)
    assert z["gift_cards"] == {"sold_cents": 5_700, "voided_cents": 700}
    assert (z["sales"]["subtotal_cents"], z["tax_cents"]) == (1_999, 140)
    assert z["cash"]["sales_cents"] - z["cash"]["voids_cents"] == 5_000
    (of_gifts,) = [tender for tender in z["tenders"] if tender["kind"] == "gift_card"]
    assert (of_gifts["taken_cents"], of_gifts["net_cents"]) == (BOURBON, BOURBON)
    assert sum(tender["net_cents"] for tender in z["tenders"]) == z["net_cents"]


def test_every_entry_says_what_it_left(lead_till: Till, order: dict[str, Any]) -> None:
    voided(lead_till, order["id"])
    entries = StoredValueEntry.objects.order_by("pk").values_list("kind", "balance_cents")
    assert list(entries) == [("SOLD", 5_000), ("SPENT", 2_000), ("SPEND_REVERSED", 5_000)]


def test_a_receipt_says_the_last_four_and_what_is_left(
    lead_till: Till, order: dict[str, Any]
) -> None:
    with transaction():
        paid = print_receipt(
            till=lead_till, order_id=UUID(order["id"]), form=ReceiptFormat.TEXT, now=NOON
        )
    lines = [" ".join(line.split()) for line in paid.decode().splitlines()]
    at = lines.index("Gift card ...8899 $30.00")
    assert lines[at + 1 : at + 3] == ["left on it $20.00", "Cash $12.78"]


def test_a_receipt_says_what_was_put_on_a_card(lead_till: Till) -> None:
    order = sold_card(lead_till)
    with transaction():
        text = print_receipt(
            till=lead_till, order_id=UUID(order["id"]), form=ReceiptFormat.TEXT, now=NOON
        )
    lines = [" ".join(line.split()) for line in text.decode().splitlines()]
    at = lines.index("Gift card ...8899 $50.00")
    assert lines[at + 1] == "Now on it $50.00"
    assert "Gift cards $50.00" in lines
