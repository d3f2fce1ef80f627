"""Quotes: what a basket costs now, remembered for fifteen minutes and written nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.cache import cache

from apps.orders.services.assembling import assemble
from apps.orders.types import Quote, Warned
from apps.stores.rules import is_open

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from apps.catalog.types import Item
    from apps.orders.types import OrderRequest
    from apps.stores.types import Till

QUOTE_SECONDS = 15 * 60
OVERRIDE_PRICE = "override-price"


def quote_order(*, till: Till, request: OrderRequest, now: datetime) -> Quote:
    """Price a basket without selling it. The prices hold for this order for fifteen minutes.

    Raises:
        DomainError: what `assembling.assemble` refuses.
    """
    assembled = assemble(till=till, request=request, quoted={}, now=now)
    basket = assembled.basket
    promised = {
        line.line.item.id: price
        for line in basket.lines
        if (price := line.line.item.price_at(now)) is not None
    }
    cache.set(_key(till, request.id), (now.timestamp(), promised), QUOTE_SECONDS + 1)
    hours_ok = not basket.has_alcohol or is_open(till.store.calendar, now, zone=till.store.zone)
    approvals = (OVERRIDE_PRICE,) if assembled.overridden else ()
    return Quote(basket, hours_ok, approvals)


def find_promised_prices(*, till: Till, order_id: UUID, now: datetime) -> Mapping[int, int]:
    """Cents per base unit by product that a quote for this order promised, while it holds."""
    quoted = cache.get(_key(till, order_id))
    if quoted is None or now.timestamp() - quoted[0] >= QUOTE_SECONDS:
        return {}
    promised: Mapping[int, int] = quoted[1]
    return promised


def warn_of_changed_prices(
    held: Sequence[Item], promised: Mapping[int, int], now: datetime
) -> list[Warned]:
    """A warning for each item that was charged as quoted and costs something else now."""
    return [
        Warned(
            "price-changed",
            f"The price of {item.name} has changed; the quoted price was charged.",
            {
                "product_id": item.id,
                "charged_cents": promised[item.id],
                "price_cents": item.price_at(now),
            },
        )
        for item in held
    ]


def _key(till: Till, order_id: UUID) -> str:
    return f"quote:{till.register.id}:{order_id}"
