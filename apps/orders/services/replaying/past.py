"""Baskets of the past as they were asked for: what was sold, when, and with which rights.

What an order does not say outright is found beside it: a price set by hand in the audit, coupons
and the employee price in the promotions that came off.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Prefetch, Q

from apps.catalog.gtin import SCALE_PREFIX
from apps.core.models import AuditEntry
from apps.orders.models import Order, OrderLine
from apps.orders.types import OrderStatus

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from django.db.models import QuerySet

BASKETS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Span:
    """From when until before when, and in which store; all of them where none is named."""

    since: datetime
    until: datetime
    store_id: int | None = None


@dataclass(frozen=True, slots=True)
class PastBasket:
    """A completed sale. `by_hand` are its lines whose price somebody set."""

    order: Order
    lines: tuple[OrderLine, ...]
    by_hand: frozenset[UUID]

    @property
    def charged_cents(self) -> int:
        """What its goods cost with tax, without a tip and without gift cards sold beside them."""
        order = self.order
        return order.total_cents - order.tip_cents - order.gift_cards_cents

    def keeps_price(self, line: OrderLine) -> bool:
        """Whether its price came from elsewhere than a price book: a hand, or a scale's label."""
        return line.pk in self.by_hand or line.gtin.startswith(SCALE_PREFIX)


def count_baskets(span: Span) -> int:
    """How many sales there are to price again."""
    return _sold(span).count()


def read_baskets(span: Span) -> Iterator[list[PastBasket]]:
    """The sales of a span in their order, some hundreds at a time."""
    orders = _sold(span).select_related("certificate").order_by("placed_at", "pk")
    lines = Prefetch("lines", queryset=OrderLine.objects.order_by("position"))
    page = orders
    while some := list(page.prefetch_related(lines)[:BASKETS_AT_ONCE]):
        yield _complete(some)
        last = some[-1]
        page = orders.filter(
            Q(placed_at__gt=last.placed_at) | Q(placed_at=last.placed_at, pk__gt=last.pk)
        )


def _sold(span: Span) -> QuerySet[Order]:
    orders = Order.objects.filter(
        status=OrderStatus.COMPLETED.value, placed_at__gte=span.since, placed_at__lt=span.until
    )
    return orders if span.store_id is None else orders.filter(store=span.store_id)


def _complete(orders: Sequence[Order]) -> list[PastBasket]:
    lines = {order.pk: tuple(order.lines.all()) for order in orders}
    subjects = [f"order-line:{line.pk}" for own in lines.values() for line in own]
    told = AuditEntry.objects.filter(action="price.overridden", subject__in=subjects)
    by_hand = frozenset(
        UUID(subject.removeprefix("order-line:"))
        for subject in told.values_list("subject", flat=True)
    )
    return [
        PastBasket(order, own, by_hand & {line.pk for line in own})
        for order in orders
        for own in (lines[order.pk],)
    ]
