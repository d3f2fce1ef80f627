"""One approval, handed in by many at the same instant, is used once."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from apps.orders.blind_returns import find_faulty_blind_returns
from apps.orders.models import BlindReturn
from apps.payments.models import StoredValueAccount
from apps.stores.errors import ApprovalInvalid
from apps.stores.models import Approval
from apps.stores.types import ApprovalAction, Role
from tests.conftest import NOON
from tests.factories import make_staff, make_store, open_till
from tests.goods import make_snack
from tests.orders.approving import approved
from tests.orders.blind import hand_in, new_code
from tests.orders.crowd import all_at_once, assert_books_balance, only
from tests.orders.gift_cards import assert_stored_value_balances
from tests.orders.sales import on_hand, sold, voided

if TYPE_CHECKING:
    from apps.catalog.models import Product
    from apps.stores.types import Till

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
ORDERS = 6
RETURNS = 4
USED = "This approval was used already. Ask for a new approval."


def void(till: Till, order_id: str, token: str) -> str:
    try:
        return str(voided(till, order_id, approval=token)["status"])
    except ApprovalInvalid as refusal:
        return refusal.detail


def test_of_many_orders_one_is_voided_by_one_approval() -> None:
    store = make_store()
    till, _ = open_till(store, now=NOON)
    make_staff(store, Role.SHIFT_LEAD, code="lea")
    chips = make_snack(on_hand=ORDERS, store=store)
    orders = [sold(till, chips)["id"] for _ in range(ORDERS)]
    token = approved(till)
    outcomes = all_at_once([partial(void, till, order, token) for order in orders])
    told = sorted(only(str, outcomes))
    assert told == [USED] * (ORDERS - 1) + ["VOIDED"]
    assert Approval.objects.get().used_at == NOON


def take_back(till: Till, product: Product, number: int, token: str) -> str:
    """Goods without a receipt, each on to a store credit of its own."""
    line = {"product_id": product.pk, "quantity": 1, "restock": True}
    try:
        hand_in(till, line, new_code("2", number), token, now=NOON)
    except ApprovalInvalid as refusal:
        return refusal.detail
    return "taken back"


def test_of_returns_without_receipt_at_once_under_one_approval_one_is_made() -> None:
    store = make_store()
    till, _ = open_till(store, now=NOON)
    make_staff(store, Role.SHIFT_LEAD, code="lea")
    chips = make_snack(on_hand=10, store=store)
    token = approved(till, ApprovalAction.BLIND_RETURN)
    returns = [partial(take_back, till, chips, number, token) for number in range(RETURNS)]
    assert sorted(only(str, all_at_once(returns))) == [USED] * (RETURNS - 1) + ["taken back"]
    credit = StoredValueAccount.objects.get()
    assert (BlindReturn.objects.count(), credit.balance_cents, on_hand(till, chips)) == (1, 199, 11)
    assert list(find_faulty_blind_returns()) == []
    assert_stored_value_balances()
    assert_books_balance()
