"""Quotes: what a basket costs now, remembered for a while and written nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.orders.rules import sold_at
from apps.orders.services.assembling import assemble
from apps.orders.services.overriding import OVERRIDE_PRICE, beyond_limits
from apps.orders.services.promising import Promise, remember_quote
from apps.orders.types import Quote
from apps.stores.rules import is_open

if TYPE_CHECKING:
    from datetime import datetime

    from apps.orders.types import OrderRequest
    from apps.stores.types import Till


def quote_order(*, till: Till, request: OrderRequest, now: datetime) -> Quote:
    """Price a basket without selling it. The prices hold for this order for fifteen minutes.

    A basket that was sold while the line was down is quoted as of then.

    Raises:
        DomainError: what `assembling.assemble` refuses.
    """
    at = sold_at(request.taken_at, now=now)
    assembled = assemble(till=till, request=request, promise=Promise(), now=now)
    basket = assembled.basket
    remember_quote(till=till, order_id=request.id, basket=basket, now=at)
    hours_ok = not basket.has_alcohol or is_open(till.store.calendar, at, zone=till.store.zone)
    needy = beyond_limits(till, request.id, assembled.overridden)
    approvals = (OVERRIDE_PRICE.word,) if needy else ()
    return Quote(basket, hours_ok, approvals, till.store.rounds_cash, assembled.changes)
