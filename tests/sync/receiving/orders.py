"""An order as a fact tells it whole: one bottle for cash."""

from __future__ import annotations

from typing import Any

type Document = dict[str, Any]


def voided_order(order_id: str, cents: int) -> Document:
    """The order in the fact of its void: what was taken, and what was handed back."""
    nothing = ("discount_cents", "tax_cents", "state_tax_cents", "surtax_cents", "tip_cents")
    none = ("tax_exemption", "points", "customer_id", "age_check", "taken_at")
    taken = {"kind": "cash", "amount_cents": cents, "payment_id": None}
    return {
        **dict.fromkeys((*nothing, "gift_cards_cents", "change_cents", "cash_rounding_cents"), 0),
        **dict.fromkeys(none),
        "id": order_id,
        "number": "MIA-1-261122-0001",
        "status": "VOIDED",
        "business_date": "2026-11-22",
        "store": {"id": 1, "code": "MIA", "name": "Miami"},
        "terminal": {"id": 1, "number": 1, "name": "Till 1"},
        "cashier": {"id": 1, "name": "Mia"},
        "lines": [],
        "gift_cards": [],
        "subtotal_cents": cents,
        "total_cents": cents,
        "tenders": [taken, {**taken, "amount_cents": -cents}],
        "paid": True,
        "placed_at": "2026-11-22T16:50:00Z",
        "voided_at": "2026-11-22T16:59:30Z",
        "warnings": [],
    }
