"""Sales and what became of them, as facts tell them, with amounts from Hypothesis."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

type Document = dict[str, Any]

CENTS = st.integers(0, 1_000_000)
KINDS = st.sampled_from(["cash", "card", "gift_card", "store_credit"])


@st.composite
def sales(draw: st.DrawFn) -> Document:
    """The payload of a sale that adds up: whatever was sold, and however it was paid."""
    subtotal = draw(CENTS)
    order: Document = {
        "number": "BRW-1-261122-0001",
        "business_date": "2026-11-22",
        "subtotal_cents": subtotal,
        "discount_cents": draw(st.integers(0, subtotal)),
        "tax_cents": draw(CENTS),
        "tip_cents": draw(CENTS),
        "gift_cards_cents": draw(CENTS),
        "cash_rounding_cents": draw(st.integers(-2, 2)),
        "change_cents": draw(CENTS),
    }
    total = total_of(order)
    paid = max(0, total + order["cash_rounding_cents"])
    order["cash_rounding_cents"] = paid - total
    order["total_cents"] = total
    parts = draw(st.lists(st.tuples(KINDS, st.integers(0, paid)), max_size=4))
    order["tenders"] = _tenders(parts, paid)
    order["tenders"].append({"kind": "cash", "amount_cents": order["change_cents"]})
    return {"store": "BRW", "order": order}


def total_of(order: Document) -> int:
    added = ("subtotal_cents", "tax_cents", "tip_cents", "gift_cards_cents")
    return sum(int(order[name]) for name in added) - int(order["discount_cents"])


def _tenders(parts: list[tuple[str, int]], cents: int) -> list[Document]:
    tenders = []
    for kind, wanted in parts:
        part = min(wanted, cents)
        cents -= part
        tenders.append({"kind": kind, "amount_cents": part})
    return [*tenders, {"kind": "cash", "amount_cents": cents}]


def void_of(sale: Document) -> Document:
    """The payload of its void: cash goes back less the change, all else as it came."""
    order = sale["order"]
    cash = sum(t["amount_cents"] for t in order["tenders"] if t["kind"] == "cash")
    others = [t for t in order["tenders"] if t["kind"] != "cash"]
    back = [{"kind": "cash", "amount_cents": order["change_cents"] - cash}]
    back += [{**tender, "amount_cents": -tender["amount_cents"]} for tender in others]
    voided = {**order, "tenders": [*order["tenders"], *back]}
    return {"store": "BRW", "reason": "wrong bottle", "order": voided}


@st.composite
def returns(draw: st.DrawFn) -> Document:
    """The payload of a return, whatever was brought back and however its money went."""
    total = draw(CENTS)
    rounding = draw(st.integers(-4, 4))
    back = max(0, total + rounding)
    parts = draw(st.lists(st.tuples(KINDS, st.integers(0, back)), max_size=4))
    given = {
        "number": "BRW-1-261122-0001",
        "business_date": "2026-11-23",
        "reason": "broken",
        "tax_cents": draw(st.integers(0, total)),
        "total_cents": total,
        "cash_rounding_cents": back - total,
        "tenders": [
            {**tender, "amount_cents": -tender["amount_cents"]} for tender in _tenders(parts, back)
        ],
    }
    return {"store": "BRW", "returned": given}


@st.composite
def shifts(draw: st.DrawFn) -> Document:
    """The payload of a closed shift."""
    kinds = st.sampled_from(["pay_in", "pay_out", "drop", "no_sale"])
    movements = draw(st.lists(st.tuples(kinds, CENTS), max_size=5))
    z = {
        "number": 7,
        "terminal": {"number": 1},
        "business_date": "2026-11-22",
        "variance_cents": draw(st.integers(-10_000, 10_000)),
        "cash_movements": [
            {"kind": kind, "amount_cents": cents, "reason": "why"} for kind, cents in movements
        ],
    }
    return {"store": "BRW", "z": z}
