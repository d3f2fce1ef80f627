"""Closing a store's business day: what it came to is kept as it was, with what it lacked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError
from django.db.models import Max
from django_subatomic.db import transaction_required

from apps.core import audit
from apps.orders.days import describe_day
from apps.orders.errors import DayAlreadyClosed, DayIncomplete, DayNotBegun
from apps.orders.models import DayClose

if TYPE_CHECKING:
    from datetime import date, datetime

    from apps.core.types import JSON, Actor
    from apps.stores.types import StoreProfile


@transaction_required
def close_day(
    *, actor: Actor, store: StoreProfile, business_date: date, reason: str, now: datetime
) -> DayClose:
    """Close a day. One that lacks something is closed with a reason, or not at all.

    Raises:
        DayNotBegun: it lies in the future.
        DayAlreadyClosed: somebody has closed it.
        DayIncomplete: it lacks something and no reason is given; `missing` says what.
    """
    if business_date > store.business_date(now):
        raise DayNotBegun("Close it when its trade is over.")
    days = DayClose.objects.filter(store=store.id)
    if days.filter(business_date=business_date).exists():
        raise DayAlreadyClosed("What comes to it later is listed on its page.")
    snapshot = describe_day(store=store, business_date=business_date)
    if snapshot["missing"] and not reason:
        raise DayIncomplete(
            "Something is missing. See to it first, or say why the day is closed without it.",
            missing=snapshot["missing"],
        )
    number = (days.aggregate(last=Max("number"))["last"] or 0) + 1
    try:
        closed = DayClose.objects.create(
            store_id=store.id,
            number=number,
            business_date=business_date,
            snapshot=snapshot,
            reason=reason,
            closed_by=actor.name,
            closed_at=now,
        )
    except IntegrityError as error:
        raise DayAlreadyClosed("Somebody closed a day at this moment. Look again.") from error
    facts: dict[str, JSON] = {
        "number": number,
        "net_cents": snapshot["net_cents"],
        "missing": len(snapshot["missing"]),
        "reason": reason,
    }
    subject = f"day:{store.code}:{business_date}"
    audit.record(audit.AuditFact(now, actor, "day.closed", subject, facts))
    return closed
