"""What another installation has told us of a business date, to be compared with its own books."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Case, Sum, TextField, Value, When
from django.db.models.fields.json import KT
from django.db.models.functions import Concat

from apps.sync.comparing import NAMES, PATHS, REFUNDS
from apps.sync.models import ReceivedFact
from apps.sync.types import ReceivedState

if TYPE_CHECKING:
    from django.db.models import QuerySet

_CARDS = frozenset({"payment.captured", "payment.refunded"})
_ITS_ORDER = Concat(Value("order:"), KT("payload__order_id"), output_field=TextField())
_FIRST_DAY = date(2000, 1, 1)  # before which nobody sold anything by card here
_BEFORE_ITS_ORDER = timedelta(days=3)  # a card is captured at most so long before, clocks and all


def sum_received(*, source: str, day: date) -> list[dict[str, Any]]:
    """How many facts there are of each store and type, and what they come to."""
    dated = _taken_in(source).filter(business_date=day, type__in=NAMES.keys() - _CARDS)
    sums = [*_sum(dated), *_sum(_cards_of(source, day))]
    return sorted(sums, key=lambda each: (each["store"], each["type"]))


def list_received_of(
    *, source: str, day: date, store: str, event_type: str
) -> QuerySet[ReceivedFact]:
    """Those facts, each with the id of the `thing` that it tells of."""
    facts = (
        _cards_of(source, day)
        if event_type in _CARDS
        else _taken_in(source).filter(business_date=day)
    )
    named = facts.filter(type=event_type, store=store).defer("payload", "raw")
    return named.annotate(thing=KT("__".join(("payload", *PATHS[event_type]))))


def _taken_in(source: str) -> QuerySet[ReceivedFact]:
    return ReceivedFact.objects.filter(peer__source=source, state=ReceivedState.ACCEPTED.value)


def _cards_of(source: str, day: date) -> QuerySet[ReceivedFact]:
    """Money of cards has no business date of its own: it is that of its order."""
    orders = _taken_in(source).filter(type="order.completed", business_date=day)
    since = datetime.combine(max(day, _FIRST_DAY), time(), UTC) - _BEFORE_ITS_ORDER
    cards = _taken_in(source).filter(type__in=_CARDS, occurred_at__gte=since)
    named = cards.annotate(its_order=_ITS_ORDER)
    return named.filter(its_order__in=orders.values("aggregate"))


def _sum(facts: QuerySet[ReceivedFact]) -> list[dict[str, Any]]:
    one = Case(When(type=REFUNDS, amount_cents__gt=0, then=-1), default=1)
    grouped = facts.order_by().values("store", "type")
    sums = grouped.annotate(count=Sum(one), cents=Sum("amount_cents"))
    return [
        {"store": store, "type": kind, "count": count, "amount_cents": cents or 0}
        for store, kind, count, cents in sums.values_list("store", "type", "count", "cents")
    ]
