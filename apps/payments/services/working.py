"""Events that Stripe sent, worked on until something is known of them, once or often.

Of two workers one gets an event, for as long as a look can last; what a worker that died has taken
is due again after that. An event about money we know nothing of is looked at again for an hour,
with growing pauses, because what it is about may be restored late; then it stays on file as
unmatched. One that Stripe is silent about waits for as long as that lasts.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import structlog
from django_subatomic.db import durable, transaction

from apps.payments.gateway.calling import takes_cards
from apps.payments.models import StripeEvent
from apps.payments.selectors import list_events_due
from apps.payments.services.following import follow
from apps.payments.types import EventState

if TYPE_CHECKING:
    from datetime import datetime

    from apps.payments.services.following import Finding

LEASE = timedelta(minutes=2)  # a look makes four calls of fifteen seconds at most
MOST = 200  # of one run
LOOKED_FOR = timedelta(hours=1)
_SHORTEST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=15), timedelta(minutes=10)
_NOTE_LENGTH = 300
_OPEN = (EventState.WAITING.value, EventState.UNMATCHED.value)

log = structlog.get_logger()


@durable
def work_event(*, event_id: str, now: datetime) -> EventState | None:
    """Work on an event that is due; where it stands then. None: there was nothing to do.

    Raises:
        KeyError, ValueError: Stripe shows what the pinned version of its API does not have. The
            event stays, and is tried again.
    """
    event = StripeEvent.objects.filter(pk=event_id, state__in=_OPEN, due_at__lte=now).first()
    if event is None or not takes_cards() or not _claim(event, now):
        return None
    finding = follow(event, now=now)
    _note(event, finding, now)
    return finding.state


@durable
def work_waiting(*, now: datetime) -> int:
    """Work on what is due, the longest due first; how many events Stripe has answered for.

    The run ends at the first silence: a Stripe that is away is not asked two hundred times.
    """
    answered = 0
    for event_id in list_events_due(now=now, most=MOST):
        try:
            state = work_event(event_id=event_id, now=now)
        except Exception:  # one event that cannot be read must not keep the others waiting
            log.exception("stripe_event_not_worked", stripe_event=event_id)
            continue
        if state is EventState.WAITING:
            break
        answered += state is not None
    return answered


@transaction
def _claim(event: StripeEvent, now: datetime) -> bool:
    """Take an event for this run: of two workers one gets it."""
    mine = StripeEvent.objects.filter(pk=event.pk, state__in=_OPEN, due_at=event.due_at)
    tries = min(event.tries + 1, 32_767)  # as many as its column holds
    return bool(mine.update(due_at=now + LEASE, tries=tries))


@transaction
def _note(event: StripeEvent, finding: Finding, now: datetime) -> None:
    is_silent = finding.state is EventState.WAITING
    StripeEvent.objects.filter(pk=event.pk, state__in=_OPEN).update(
        state=event.state if is_silent else finding.state.value,
        note=finding.note[:_NOTE_LENGTH],
        payment=finding.payment_id,
        worked_at=event.worked_at if is_silent else now,
        due_at=_due_again(finding.state, age=now - event.received_at, now=now),
    )


def _due_again(state: EventState, *, age: timedelta, now: datetime) -> datetime | None:
    """When to look again: after as long a time as it has waited already, within bounds."""
    pause = max(_SHORTEST_PAUSE, age)
    if state is EventState.WAITING:
        return now + min(pause, _LONGEST_PAUSE)
    if state is EventState.UNMATCHED and age < LOOKED_FOR:
        return now + pause
    return None
