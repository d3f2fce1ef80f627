"""What a sale takes hold of, and a void lets go of, before the till's audit chain: cards, points.

Whoever books what Stripe says takes the payment, then the chain; so does whoever sells.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django_subatomic.db import transaction_required

from apps.orders.services.rewarding import book_points, take_points_back
from apps.payments.services.stored_value.paying import spend_and_load
from apps.payments.services.tenders import claim_payments, hand_back_tenders

if TYPE_CHECKING:
    from datetime import datetime

    from apps.orders.models import Order
    from apps.orders.types import Sale
    from apps.stores.types import Till


@transaction_required
def claim(*, till: Till, sale: Sale, now: datetime) -> Sale:
    """Make the card payments the sale's, move stored value and the customer's points.

    The answer is the sale with what its gift cards and store credits paid, and what it loaded.

    Raises:
        PaymentNotCapturable: as `tenders.claim_payments`.
        PointsInsufficient: as `rewarding.book_points`.
        StoredValueInsufficient, StoredValueFrozen, StoredValueTooMuch: as
            `stored_value.paying.spend_and_load`.
    """
    claim_payments(order_id=sale.request.id, tenders=sale.settlement.tenders, now=now)
    tenders, loaded = spend_and_load(
        till=till,
        order_id=sale.request.id,
        tenders=sale.settlement.tenders,
        loads=sale.request.gift_cards,
        now=now,
    )
    book_points(till=till, sale=sale, now=now)
    return replace(sale, settlement=replace(sale.settlement, tenders=tenders), loaded=loaded)


@transaction_required
def let_go(*, till: Till, order: Order, now: datetime) -> None:
    """Hand back all that a voided order took, and put its points as if it had never been.

    Raises:
        PaymentStateConflict, StoredValueInsufficient: as `tenders.hand_back_tenders`.
    """
    hand_back_tenders(
        order_id=order.pk,
        change_cents=order.change_cents,
        actor_name=till.clerk.name,
        now=now,
    )
    take_points_back(till=till, order=order, coming=(), return_id=None, now=now)
