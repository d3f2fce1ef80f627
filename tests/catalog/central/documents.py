"""Products as a head office says them: say only what the test is about."""

from __future__ import annotations

from typing import Any

BOTTLE: dict[str, Any] = {
    "sku": "BRB-1",
    "previous_sku": None,
    "is_removed": False,
    "name": "Bourbon",
    "vendor": "Tolliver Bend",
    "beverage_type": "SPIRITS",
    "tax_class": "ALCOHOL",
    "minimum_age": 21,
    "volume_ml": 750,
    "unit_cost_cents": 1200,
    "is_active": True,
    "tracks_stock": True,
    "abv_percent": "45.0",
    "department": "Spirits",
    "category": "Bourbon",
    "barcodes": [],
    "modifier_groups": [],
}
SINCE = "2026-01-01T00:00:00+00:00"


def priced(cents: Any, starts_at: str = SINCE, book: str = "STANDARD") -> dict[str, Any]:
    """A price from an instant on."""
    return {
        "price_book": book,
        "price_cents": cents,
        "starts_at": starts_at,
        "until": None,
        "edition": None,
    }


def bottle(sku: str = "BRB-1", *prices: Any, **fields: Any) -> dict[str, Any]:
    """A bottle of bourbon at $21.99, but for what is named."""
    record = {**BOTTLE, "sku": sku, **fields, "prices": list(prices) or [priced(2199)]}
    return {"kind": "upsert", "product": {"id": 1, "sku": sku}, "record": record}


def gone(sku: str = "BRB-1") -> dict[str, Any]:
    """A product that the store sells no more."""
    return {"kind": "delete", "product": {"id": 1, "sku": sku}}


def milk(*choices: tuple[str, int], maximum: int = 1) -> dict[str, Any]:
    """A group of choices."""
    named = [{"name": name, "price_cents": cents} for name, cents in choices]
    return {"name": "Milk", "minimum": 0, "maximum": maximum, "choices": named}
