"""A text receipt fits on paper of 42 columns, whatever the shop and its goods are called."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.orders.layout import COLUMNS
from apps.orders.receipts import Receipt, ReceiptLine, compose, mark_copy, render_text
from apps.payments.types import Tender, TenderKind
from tests.conftest import NOON
from tests.factories import make_store

from .rows import make_order, make_order_line

if TYPE_CHECKING:
    from apps.orders.models import Order

texts = st.one_of(
    st.text(st.characters(categories=("L", "N", "P", "Zs")), max_size=120),
    st.lists(st.integers(0, 90).map("W".__mul__), max_size=4).map(" ".join),
)
amounts = st.sampled_from(["$0.00", "$19.99T", "$1,000,000.00 ", "$10,000,000,000.00T"])
pairs = st.tuples(texts, amounts)
receipts = st.builds(
    Receipt,
    heading=st.lists(texts, max_size=3).map(tuple),
    number=st.just("BRW-1-261122-0001"),
    sold_at=st.just("11/22/2026 12:00 PM"),
    clerk=texts,
    lines=st.lists(
        st.builds(
            ReceiptLine, text=texts, amount=amounts, details=st.lists(texts, max_size=2).map(tuple)
        ),
        max_size=3,
    ).map(tuple),
    sums=st.lists(pairs, max_size=3).map(tuple),
    total=pairs,
    tenders=st.lists(pairs, max_size=3).map(tuple),
    notes=st.lists(texts, max_size=2).map(tuple),
)


@given(receipts, st.booleans())
def test_no_line_is_wider_than_the_paper(receipt: Receipt, is_voided: bool) -> None:  # noqa: FBT001 - Hypothesis names it
    lines = mark_copy(render_text(receipt), is_voided=is_voided).split("\n")
    assert max(map(len, lines)) <= COLUMNS == 42


@given(receipts)
def test_every_amount_stands_on_the_receipt_whole(receipt: Receipt) -> None:
    body = render_text(receipt)
    shown = [line.amount for line in receipt.lines]
    shown += [amount for _, amount in (*receipt.sums, receipt.total, *receipt.tenders)]
    for amount in shown:
        assert amount.rstrip() in body


@given(receipts)
def test_every_word_of_a_product_stands_on_the_receipt(receipt: Receipt) -> None:
    body = "".join(render_text(receipt).split())
    for line in receipt.lines:
        # A name that does not fit is broken, and its last part is followed by the amount.
        assert "".join(line.text.split()) + "".join(line.amount.split()) in body


def text_of(store_fields: dict[str, Any] | None = None, **fields: Any) -> list[str]:
    """The lines of the receipt of an order with one line, paid with $20.00."""
    store = make_store(**(store_fields or {}))
    head = {"name": "Broward Liquors", "address": "1 Main Street", "phone": "", "footer": ""}
    place = {"county": "Broward", "timezone": store.timezone, "terminal": "Till 1"}
    order = make_order(store, letterhead={**head, **place}, change_cents=930, **fields)
    make_order_line(order)
    return lines_of(order)


def lines_of(order: Order) -> list[str]:
    return render_text(compose(order, [Tender(TenderKind.CASH, 2000)])).split("\n")


def spread(left: str, right: str) -> str:
    return f"{left}{right.rjust(COLUMNS - len(left))}"


@pytest.mark.django_db
def test_the_taxes_of_state_and_county_are_lines_of_their_own() -> None:
    lines = text_of()
    at = lines.index(spread("Subtotal", "$10.00"))
    assert lines[at + 1 : at + 4] == [
        spread("Florida sales tax", "$0.60"),
        spread("Broward surtax", "$0.10"),
        spread("TOTAL", "$10.70"),
    ]


@pytest.mark.django_db
def test_a_county_without_surtax_has_no_line() -> None:
    lines = text_of(surtax_cents=0, total_cents=1060)
    assert not [line for line in lines if "surtax" in line]


@pytest.mark.django_db
def test_what_was_paid_and_the_change_stand_below_the_total() -> None:
    lines = text_of()
    assert spread("Cash", "$20.00") in lines
    assert spread("Change", "$9.30") in lines


@pytest.mark.django_db
def test_a_taxed_line_is_marked_and_an_exempt_one_is_not() -> None:
    order = make_order(make_store(), letterhead=LETTERHEAD)
    make_order_line(order, name="Taxed")
    make_order_line(order, name="Exempt", is_taxable=False, quantity=1, tax_cents=570)
    lines = lines_of(order)
    assert spread("Taxed", "$10.00T") in lines
    assert spread("Exempt", "$5.00 ").rstrip() in lines


LETTERHEAD = {
    "name": "B",
    "address": "",
    "phone": "",
    "footer": "",
    "county": "Bay",
    "timezone": "America/Chicago",
    "terminal": "Till 1",
}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("placed_at", "shown"),
    [
        (NOON, "11/22/2026 11:00 AM"),
        (datetime(2026, 11, 23, 5, 59, tzinfo=UTC), "11/22/2026 11:59 PM"),
        (datetime(2026, 7, 4, 17, 30, tzinfo=UTC), "07/04/2026 12:30 PM"),
    ],
)
def test_the_time_of_a_sale_is_the_time_on_the_stores_wall(placed_at: datetime, shown: str) -> None:
    order = make_order(make_store(), letterhead=LETTERHEAD, placed_at=placed_at)
    assert lines_of(order)[2].endswith(shown)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "number",
    [
        "ABCDEFGH-1-261122-0001",
        "ABCDEFGH-12-261122-0001",
    ],
)
def test_a_receipt_number_is_never_cut(number: str) -> None:
    order = make_order(make_store(), letterhead=LETTERHEAD, number=number)
    assert number in "\n".join(lines_of(order))
