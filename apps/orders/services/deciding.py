"""Whether a basket may be sold, for how much, and whether it is paid. Reads only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.core.clock import business_date
from apps.orders.compliance import check_age, check_hours
from apps.orders.rules import sold_at
from apps.orders.services.assembling import assemble
from apps.orders.services.exempting import refuse_unentitled
from apps.orders.services.overriding import refuse_unapproved
from apps.orders.services.promising import find_promise, removed_since
from apps.orders.types import Sale
from apps.payments.rules import settle
from apps.payments.selectors import get_tenders
from apps.payments.services.stored_value.presenting import present

if TYPE_CHECKING:
    from datetime import datetime

    from apps.orders.types import OrderRequest
    from apps.stores.types import Till


def decide(*, till: Till, request: OrderRequest, now: datetime) -> Sale:
    """The sale that a request comes to. Nothing is written here, so a refusal has touched nothing.

    A sale that arrives late was lawful, and cost what it did, at its own instant: prices, the hours
    of promotions and of alcohol, and the buyer's age are those of then. All else is of now.

    Raises:
        DomainError: what `rules.sold_at`, `assembling.assemble`, `compliance` and
            `payments.rules.settle` refuse.
        ExemptionFundsNotOwn: as `exempting.refuse_unentitled`.
        PriceOverrideNeedsApproval: as `overriding.refuse_unapproved`.
    """
    at = sold_at(request.taken_at, now=now)
    promise = find_promise(till=till, order_id=request.id, at=at)
    assembled = assemble(till=till, request=request, promise=promise, now=now)
    basket = assembled.basket
    refuse_unapproved(till, request.id, assembled.overridden)
    check_hours(basket, store=till.store, now=at)
    age = check_age(request.age_check, minimum_age=basket.minimum_age, store=till.store, now=at)
    codes = [offer.code for offer in request.offered if offer.code]
    accounts = present(till=till, codes=codes)
    tenders = get_tenders(order_id=request.id, offered=request.offered, accounts=accounts)
    refuse_unentitled(basket, tenders)
    total_cents = basket.total_cents + request.tip_cents + request.gift_cards_cents
    return Sale(
        request=request,
        basket=basket,
        settlement=settle(
            total_cents,
            tenders,
            gift_cards_cents=request.gift_cards_cents,
            rounds_cash=till.store.rounds_cash,
        ),
        age_check=age,
        business_date=business_date(
            now, zone=till.store.zone, day_end_hour=till.store.day_end_hour
        ),
        placed_at=now,
        warnings=assembled.changes,
        overridden=assembled.overridden,
        removed=removed_since(promise, {line.id: line.quantity for line in request.lines}),
    )
