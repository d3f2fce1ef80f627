"""Every entry of the journal comes to zero, and says what the fact says."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.sync.transforms.chart import Account
from apps.sync.transforms.entries import entry_of

from .documents import CENTS, returns, sales, shifts, void_of

if TYPE_CHECKING:
    from .documents import Document

A = Account


def balances(kind: str, payload: Document) -> dict[Account, int]:
    """What a fact posts to each account; debits are positive."""
    sums: Counter[Account] = Counter()
    if entry := entry_of(kind, payload):
        assert all(posting.cents for posting in entry.postings)
        for posting in entry.postings:
            sums[posting.account] += posting.cents
    assert sum(sums.values()) == 0
    return {account: cents for account, cents in sums.items() if cents}


@given(sales())
def test_a_sale_is_what_was_sold_against_what_was_paid(sale: Document) -> None:
    order, posted = sale["order"], Counter(balances("order.completed", sale))
    assert posted[A.SALES] == -order["subtotal_cents"]
    assert posted[A.DISCOUNTS] == order["discount_cents"]
    assert posted[A.SALES_TAX] == -order["tax_cents"]
    assert posted[A.TIPS] == -order["tip_cents"]
    cards = [t["amount_cents"] for t in order["tenders"] if t["kind"] == "card"]
    assert posted[A.CARDS] == sum(cards)
    cash = [t["amount_cents"] for t in order["tenders"] if t["kind"] == "cash"]
    assert posted[A.CASH] == sum(cash) - order["change_cents"]
    spent = [t["amount_cents"] for t in order["tenders"] if t["kind"] == "gift_card"]
    assert posted[A.GIFT_CARDS] == sum(spent) - order["gift_cards_cents"]
    assert posted[A.SUSPENSE] == 0


@given(sales())
def test_a_void_turns_its_sale_round_to_the_cent(sale: Document) -> None:
    sold, voided = balances("order.completed", sale), balances("order.voided", void_of(sale))
    assert voided == {account: -cents for account, cents in sold.items()}


@given(returns())
def test_a_return_gives_back_what_it_was_worth_and_the_tax_of_it(given_back: Document) -> None:
    given, posted = given_back["returned"], Counter(balances("return.completed", given_back))
    assert posted[A.RETURNS] == given["total_cents"] - given["tax_cents"]
    assert posted[A.SALES_TAX] == given["tax_cents"]
    assert posted[A.ROUNDING] == given["cash_rounding_cents"]
    assert posted[A.SUSPENSE] == 0


@given(CENTS, st.data())
def test_goods_without_a_receipt_are_owed_as_store_credit(total: int, data: st.DataObject) -> None:
    tax = data.draw(st.integers(0, total))
    returned = {
        "id": "9f",
        "business_date": "2026-11-22",
        "reason": "no receipt",
        "tax_cents": tax,
        "total_cents": total,
    }
    posted = Counter(balances("return.without_receipt", {"store": "BRW", "returned": returned}))
    assert posted[A.STORE_CREDIT] == -total
    assert (posted[A.RETURNS], posted[A.SALES_TAX]) == (total - tax, tax)


@given(shifts())
def test_a_shift_posts_what_moved_through_its_drawer_and_what_its_count_found(
    shift: Document,
) -> None:
    moved: Counter[str] = Counter()
    for movement in shift["z"]["cash_movements"]:
        moved[movement["kind"]] += movement["amount_cents"]
    posted = Counter(balances("shift.closed", shift))
    assert posted[A.OVER_SHORT] == -shift["z"]["variance_cents"]
    assert posted[A.PAID_IN] == -moved["pay_in"]
    assert (posted[A.PAID_OUT], posted[A.SAFE]) == (moved["pay_out"], moved["drop"])


def test_a_late_sale_takes_its_cash_off_what_its_shift_was_over_by() -> None:
    amendment = {"order": {"number": "BRW-1-261122-0002"}, "variance_cents": -199}
    payload = {"store": "BRW", "business_date": "2026-11-22", "amendment": amendment}
    assert balances("shift.amended", payload) == {A.CASH: -199, A.OVER_SHORT: 199}


@settings(max_examples=30)
@given(sales(), st.integers(-500, 500).filter(bool))
def test_what_does_not_add_up_stands_in_suspense_and_stops_nothing(sale: Any, off: int) -> None:
    sale["order"]["subtotal_cents"] += off
    assert balances("order.completed", sale)[A.SUSPENSE] == off


def test_a_way_of_paying_that_nobody_knows_stands_in_suspense() -> None:
    order = {
        **dict.fromkeys(("discount_cents", "tax_cents", "tip_cents", "gift_cards_cents"), 0),
        **dict.fromkeys(("cash_rounding_cents", "change_cents"), 0),
        "number": "1",
        "business_date": "2026-11-22",
        "subtotal_cents": 5,
        "tenders": [{"kind": "cheque", "amount_cents": 5}],
    }
    posted = balances("order.completed", {"store": "BRW", "order": order})
    assert posted == {A.SALES: -5, A.SUSPENSE: 5}


@pytest.mark.parametrize(
    "kind",
    ["payment.captured", "payment.refunded", "product.updated", "price.changed", "of.tomorrow"],
)
def test_what_moves_no_money_of_its_own_posts_nothing(kind: str) -> None:
    assert entry_of(kind, {}) is None


def test_a_shift_in_which_nothing_was_off_posts_nothing() -> None:
    z = {
        "number": 1,
        "terminal": {"number": 1},
        "business_date": "2026-11-22",
        "variance_cents": 0,
        "cash_movements": [],
    }
    assert entry_of("shift.closed", {"store": "BRW", "z": z}) is None
