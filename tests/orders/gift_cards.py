"""Gift cards in the words of a test: sold with an order, tendered, looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apps.orders.selectors import find_unbalanced_orders
from apps.payments.models import StoredValueAccount
from apps.payments.stored_value_codes import hash_code
from apps.payments.stored_value_selectors import find_stored_value_drift
from tests.conftest import NOON

from .sales import sold

if TYPE_CHECKING:
    from datetime import datetime

    from apps.stores.types import Till

type Document = dict[str, Any]
CODE = "7QK2-M9TX-44VB-0C1D-8899"
OTHER = "9999-8888-7777-6666-5555"
NOBODYS = "0000-1111-2222-3333-4444"


def card(cents: int = 5_000, code: str = CODE) -> Document:
    """A gift card as an order sells it."""
    return {"code": code, "amount_cents": cents}


def sold_card(
    till: Till, cents: int = 5_000, code: str = CODE, *, now: datetime = NOON, **fields: Any
) -> Document:
    """The order by which a gift card was sold alone, for cash."""
    return sold(till, gift_cards=[card(cents, code)], now=now, **fields)


def by_card(cents: int, code: str = CODE, *, kind: str = "gift_card") -> Document:
    """A tender."""
    return {"kind": kind, "code": code, "amount_cents": cents}


def cash(cents: int) -> Document:
    return {"kind": "cash", "amount_cents": cents}


def account(code: str = CODE) -> StoredValueAccount:
    return StoredValueAccount.objects.get(code_hash=hash_code(code))


def left_on(code: str = CODE) -> int:
    """What is on a card by its balance."""
    return account(code).balance_cents


def assert_stored_value_balances() -> None:
    """The ledger of gift cards comes to their balances, and to the orders' tenders."""
    assert [*find_stored_value_drift(), *find_unbalanced_orders()] == []
