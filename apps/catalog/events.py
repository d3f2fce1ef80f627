"""What happened to products and prices, for whoever sells by them elsewhere.

Many changes of one deed are told in lists of at most `MOST_TOLD`; a single change is a list of one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from apps.core.events import Event

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from apps.core.types import JSON

MOST_TOLD = 500


@dataclass(frozen=True, slots=True)
class ToldPrice:
    """A price per base unit in cents, from an instant in UTC on, in the book of that code.

    `edition` is the code of the edition that it was published with. A price that is withdrawn
    was taken back, as if it had never been there; what held before it holds again.
    """

    sku: str
    price_book: str
    starts_at: datetime
    price_cents: int
    edition: str | None = None
    is_withdrawn: bool = False


@dataclass(frozen=True, kw_only=True)
class ProductUpdated(Event):
    """Products came, were changed, or went; each stands in `products` as it is now.

    The aggregate is `product:<sku>` of a product that was changed by itself. Of many it is what
    changed them: `catalog:import:<id>`, `catalog:category:<department>/<name>`,
    `catalog:modifier-group:<name>` or `catalog:head-office:catalog`.
    """

    type: ClassVar[str] = "product.updated"
    is_shared: ClassVar[bool] = True

    products: Sequence[Mapping[str, JSON]]


@dataclass(frozen=True, kw_only=True)
class PriceChanged(Event):
    """Prices were set, scheduled or withdrawn.

    The aggregate is `product:<sku>` of a price that was set by itself. Of many it is what set
    them: `catalog:import:<id>`, `catalog:edition:<code>` or `catalog:head-office:catalog`.
    """

    type: ClassVar[str] = "price.changed"
    is_shared: ClassVar[bool] = True

    prices: Sequence[ToldPrice]
