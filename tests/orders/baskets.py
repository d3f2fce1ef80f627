"""Baskets as the rules see them, made without a database."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from apps.catalog.types import Item
from apps.orders.rules import price_basket
from apps.orders.types import BasketLine
from apps.stores.types import BeverageType, TaxClass, TaxRates
from tests.stores.profiles import make_profile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apps.orders.types import PricedBasket

DAY = date(2026, 11, 22)
SINCE = date(2020, 1, 1)
CAP_CENTS = 500_000
# A store in which snacks are not taxed and all else is.
STORE = make_profile(taxable={TaxClass.SNACK: ((SINCE, False),)})


def rates(surtax_percent: str = "1.0") -> TaxRates:
    """The state's six percent and a county's surtax."""
    return TaxRates(SINCE, Decimal("0.06"), Decimal(surtax_percent) / 100, CAP_CENTS)


def make_item(**fields: Any) -> Item:
    """A bottle of bourbon without a price."""
    defaults: dict[str, Any] = {
        "id": 1,
        "sku": "BRB-1",
        "name": "Bourbon",
        "category": "Bourbon",
        "category_id": 1,
        "beverage": BeverageType.SPIRITS,
        "tax_class": TaxClass.ALCOHOL,
        "minimum_age": 21,
        "volume_ml": 750,
        "abv_percent": Decimal("40.0"),
        "is_active": True,
        "tracks_stock": True,
        "barcodes": (),
        "price_book": "STANDARD",
        "prices": (),
        "modifier_groups": (),
    }
    return Item(**{**defaults, **fields})


BOURBON = make_item()
CHIPS = make_item(
    id=2, name="Chips", beverage=BeverageType.NONE, tax_class=TaxClass.SNACK, minimum_age=0
)
CIGARS = make_item(
    id=3, name="Cigars", beverage=BeverageType.NONE, tax_class=TaxClass.TOBACCO, minimum_age=21
)


def line(
    unit_price_cents: int, quantity: int = 1, *, item: Item = BOURBON, pack_size: int = 1
) -> BasketLine:
    return BasketLine(uuid4(), item, "", quantity, pack_size, unit_price_cents)


def price(lines: Sequence[BasketLine], surtax_percent: str = "1.0") -> PricedBasket:
    return price_basket(lines, store=STORE, rates=rates(surtax_percent), day=DAY)
