"""Facts of other stores as papers: every figure, line and sum stands under its own name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from apps.sync.admin.papers import (
    Line,
    find_reader,
    read_amendment,
    read_payment,
    read_return,
    read_sale,
    read_shift,
)
from tests.sync.office_rows import sale_payload

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apps.sync.admin.papers import Paper


@pytest.fixture(autouse=True)
def office_clock() -> Iterator[None]:
    """The office stands in Florida."""
    with timezone.override("America/New_York"):
        yield


SALE: dict[str, Any] = {
    "subtotal_cents": 2_000, "discount_cents": 300, "tax_cents": 119, "tip_cents": 50,
    "gift_cards_cents": 2_500, "total_cents": 4_369, "cash_rounding_cents": -4, "change_cents": 35,
    "age_check": {"outcome": "passed", "method": "scan"},
    "tenders": [
        {"kind": "cash", "amount_cents": 400},
        {"kind": "card", "card_brand": "visa", "last4": "4242", "amount_cents": 3_000},
        {"kind": "gift_card", "last4": "8899", "amount_cents": 969},
    ],
    "lines": [{
        "product_id": 17, "name": "Latte", "quantity": 2, "pack_size": 6, "unit_price_cents": 1_000,
        "tax_cents": 119, "total_cents": 1_819, "note": "no lid",
        "modifiers": [{"name": "Oat Milk"}],
        "discounts": [{"name": "Six", "amount_cents": 300}],
    }],
}  # fmt: skip
RETURN: dict[str, Any] = {
    "store": "MIA",
    "skus": {"17": "BRB-1"},
    "returned": {
        "number": "MIA-1-000001", "returned_at": "2026-11-22T17:00:00Z", "reason": "corked",
        "cashier": {"name": "Ana"}, "tax_cents": 140, "cash_rounding_cents": -1,
        "total_cents": 2_139,
        "lines": [
            {"product_id": 17, "name": "Bourbon", "quantity": 1, "tax_cents": 70,
             "total_cents": 1_070, "restock": True},
            {"product_id": 18, "name": "Wine", "quantity": 2, "tax_cents": 71,
             "total_cents": 1_069, "restock": False},
        ],
        "tenders": [{"kind": "cash", "amount_cents": 1_139}],
        "store_credit": {"last4": "7001", "amount_cents": 1_000},
    },
}  # fmt: skip
SHIFT: dict[str, Any] = {
    "store": "MIA",
    "z": {
        "number": 8, "business_date": "2026-11-22", "closed_at": "2026-11-22T23:05:00Z",
        "closed_by": "Ana", "terminal": {"name": "Front"}, "counted_cents": 9_000,
        "expected_cents": 9_025, "variance_cents": -25, "tax_cents": 771, "net_cents": 10_002,
        "sales": {"count": 3, "total_cents": 15_003}, "voids": {"count": 1, "total_cents": 2_001},
        "returns": {"count": 2, "total_cents": 3_000},
        "without_receipt": {"count": 0, "total_cents": 0},
        "tenders": [{"kind": "cash", "net_cents": 4_001}, {"kind": "card", "net_cents": 6_001}],
        "cash": {"opening_float_cents": 20_000, "pay_ins_cents": 501, "pay_outs_cents": 602,
                 "drops_cents": 30_000},
    },
}  # fmt: skip


def named(paper: Paper) -> dict[str, tuple[str, str]]:
    """The figures by their names, each with its note."""
    return {name: (value, note) for name, value, note in paper.figures}


def test_a_sale_has_its_figures_lines_sums_and_tenders() -> None:
    paper = read_sale(sale_payload(**SALE))
    assert named(paper) == {
        "Order": ("CAF-1-000001", "business date Nov 22, 2026"),
        "Sold": ("Nov 22, 12:00", "Corner Café"),
        "By": ("Ana", "Counter"),
        "Age check": ("passed", "scan"),
    }
    assert paper.headers == ("Quantity", "Each", "Tax", "Total")
    notes = ("BRB-1, 6-pack", "+ Oat Milk", "Six: -$3.00", "no lid")
    assert paper.lines == [Line("Latte", notes, ("2", "$10.00", "$1.19", "$18.19"))]
    assert paper.sums == [
        ("At shelf prices", "$20.00"), ("Discounts", "$3.00"), ("Sales tax", "$1.19"),
        ("Tip", "$0.50"), ("Gift cards sold", "$25.00"),
    ]  # fmt: skip
    assert paper.total == ("Total", "$43.69")
    assert paper.paid == [
        ("Cash", "$4.00"), ("Card visa ...4242", "$30.00"), ("Gift card ...8899", "$9.69"),
        ("Cash rounding", "-$0.04"), ("Change", "$0.35"),
    ]  # fmt: skip


def test_a_sale_without_extras_has_no_line_for_them() -> None:
    paper = read_sale(sale_payload())
    assert [name for name, _ in paper.sums] == ["At shelf prices", "Sales tax"]
    assert named(paper)["Age check"] == ("none", "")


def test_a_return_tells_what_became_of_the_goods_and_of_the_money() -> None:
    paper = read_return(RETURN)
    assert named(paper) == {
        "Of the sale": ("MIA-1-000001", ""),
        "Taken back": ("Nov 22, 12:00", "MIA"),
        "By": ("Ana", "corked"),
    }
    assert paper.headers == ("Quantity", "Shelf", "Tax", "Total")
    assert paper.lines == [
        Line("Bourbon", ("BRB-1",), ("1", "back on it", "$0.70", "$10.70")),
        Line("Wine", (), ("2", "thrown away", "$0.71", "$10.69")),
    ]
    assert paper.sums == [("Tax given back", "$1.40"), ("Cash rounding", "-$0.01")]
    assert paper.total == ("Given back", "$21.39")
    assert paper.paid == [("Cash", "$11.39"), ("Store credit ...7001", "$10.00")]


def test_a_return_without_a_receipt_says_so() -> None:
    returned = {**RETURN["returned"], "number": None}
    figures = named(read_return({**RETURN, "returned": returned}))
    assert figures["Of the sale"] == ("unknown", "without a receipt")


def test_a_payment_tells_what_was_asked_taken_and_given_back() -> None:
    captured = {
        "card_brand": "visa", "card_last4": "4242", "store": "MIA", "currency": "USD",
        "amount_cents": 2_000, "tip_cents": 300, "captured_cents": 2_300, "refunded_cents": 100,
    }  # fmt: skip
    paper = read_payment(captured)
    assert named(paper) == {"Card": ("Visa 4242", ""), "Store": ("MIA", "USD")}
    assert paper.sums == [
        ("Asked for", "$20.00"), ("Tip", "$3.00"), ("Taken", "$23.00"),
        ("Gone back so far", "$1.00"),
    ]  # fmt: skip


def test_money_that_went_back_is_of_this_time() -> None:
    refunded = {"amount_cents": 100, "captured_cents": 2_300, "refunded_cents": 400}
    paper = read_payment({**refunded, "is_undone": True})
    assert paper.sums[0] == ("This time", "$1.00")
    assert paper.sums[-1] == ("Gone back so far", "$4.00")
    assert named(paper)["Card"] == ("unknown", "came to nothing: the shop has its money again")


def test_a_shift_is_read_as_its_z() -> None:
    paper = read_shift(SHIFT)
    assert named(paper) == {
        "Z report": ("8", "business date Nov 22, 2026"),
        "Closed": ("Nov 22, 18:05", "Ana"),
        "Till": ("Front", "MIA"),
        "Counted": ("$90.00", "$0.25 too little"),
    }
    assert paper.sums == [
        ("3 sales", "$150.03"), ("1 void", "-$20.01"), ("2 returns", "-$30.00"),
        ("Sales tax", "$7.71"), ("Net of returns", "$100.02"),
    ]  # fmt: skip
    assert paper.total == ("Expected in the drawer", "$90.25")
    assert paper.paid == [
        ("Cash", "$40.01"), ("Card", "$60.01"), ("Opening float", "$200.00"), ("Paid in", "$5.01"),
        ("Paid out", "$6.02"), ("To the safe", "$300.00"),
    ]  # fmt: skip


def test_a_drawer_with_too_much_or_exactly_enough_says_so() -> None:
    for cents, words in ((25, "$0.25 too much"), (0, "as expected")):
        shift = {**SHIFT, "z": {**SHIFT["z"], "variance_cents": cents}}
        assert named(read_shift(shift))["Counted"] == ("$90.00", words)


def test_a_late_sale_is_read_as_what_it_adds_to_its_z() -> None:
    paper = read_amendment({
        "store": "MIA", "business_date": "2026-11-22",
        "amendment": {
            "z_number": 8, "arrived_at": "2026-11-22T23:30:00Z", "sold_by": "Ana",
            "order": {"number": "MIA-1-000009"}, "sales": {"total_cents": 1_000},
            "tax_cents": 65, "net_cents": 990, "tenders": [{"kind": "cash", "net_cents": 985}],
        },
    })  # fmt: skip
    assert named(paper) == {
        "Adds to Z report": ("8", "business date Nov 22, 2026"),
        "Arrived": ("Nov 22, 18:30", "MIA"),
        "Sale": ("MIA-1-000009", "Ana"),
    }
    assert paper.sums == [("Sold", "$10.00"), ("Sales tax", "$0.65"), ("Net of returns", "$9.90")]
    assert paper.paid == [("Cash", "$9.85")]


def test_each_fact_is_read_by_its_own_reader_and_others_by_none() -> None:
    readers = {
        "order.completed": read_sale, "return.completed": read_return,
        "return.without_receipt": read_return, "payment.captured": read_payment,
        "payment.refunded": read_payment, "shift.closed": read_shift,
        "shift.amended": read_amendment, "product.updated": None,
    }  # fmt: skip
    assert {kind: find_reader(kind) for kind in readers} == readers
