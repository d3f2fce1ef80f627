"""A store as the rules see it, made without a database."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from apps.stores.rules import STATE_WEEK
from apps.stores.types import Licence, LicenceKind, OutletKind, SellingCalendar, StoreProfile

FLORIDA = ZoneInfo("America/New_York")
TODAY = date(2026, 11, 22)


def make_profile(**fields: Any) -> StoreProfile:
    """A package store in Broward with the state's hours, and no licence or rate on file."""
    defaults: dict[str, Any] = {
        "id": 1,
        "code": "BRW",
        "name": "Broward Liquors",
        "address": "1 Main Street",
        "phone": "",
        "receipt_footer": "",
        "county": "Broward",
        "timezone": FLORIDA.key,
        "zone": FLORIDA,
        "currency": "USD",
        "day_end_hour": 4,
        "outlet_kind": OutletKind.PACKAGE_STORE,
        "alcohol_floor_percent": 0,
        "price_in_barcode_digits": 4,
        "licences": (),
        "tax_rates": (),
        "taxable": {},
        "calendar": SellingCalendar(weekly=STATE_WEEK, exceptions={}),
    }
    return StoreProfile(**{**defaults, **fields})


def licence(
    kind: LicenceKind, *, valid_from: date = date(2020, 1, 1), valid_until: date | None = None
) -> Licence:
    """A licence of the premises, in force since 2020 unless said otherwise."""
    return Licence(kind, "BEV16-1", valid_from, valid_until)
