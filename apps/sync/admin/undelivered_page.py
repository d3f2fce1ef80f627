"""What the page of an undelivered fact shows: cause, advice, attempts, what waits, the payload."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apps.core.admin.showing import show_json
from apps.sync.admin.attempts import list_moments
from apps.sync.admin.papers import find_reader
from apps.sync.deeds import BLOCKING
from apps.sync.models import Attempt, Undelivered
from apps.sync.types import DestinationState, UndeliveredState
from apps.sync.wording import MEANINGS, REMEDIES, say_cause

if TYPE_CHECKING:
    from django.db.models import QuerySet

SHOWN = 20
_TONES = {UndeliveredState.DEAD: "bad", UndeliveredState.REPLAY: "good"}
_QUIET = (UndeliveredState.DISCARDED, UndeliveredState.HELD)


def describe_page(row: Undelivered) -> dict[str, Any]:
    """For the template."""
    state = UndeliveredState(row.state)
    said, asked = say_cause(row.code, row.detail)
    held = _list_behind(row)
    payload = row.event.payload
    read = find_reader(row.event.type)
    return {
        "row": row,
        "tone": _TONES.get(state, "" if state in _QUIET else "warn"),
        "meaning": _mean(row, state),
        "cause": said,
        "remedy": _advise(row, state) or REMEDIES.get(state, asked),
        "held": held.select_related("event").defer("event__payload")[:SHOWN],
        "held_count": held.count(),
        "holders": _list_holders(row) if state is UndeliveredState.HELD else (),
        "timeline": list_moments(_list_attempts(row), of_refused=True),
        "paper": read(payload) if read and isinstance(payload, dict) else None,
        "payload": show_json(payload),
    }


def _mean(row: Undelivered, state: UndeliveredState) -> str:
    if _waits_for_start(row, state):
        return "It is sent again once its destination is started."
    return MEANINGS[state]


def _advise(row: Undelivered, state: UndeliveredState) -> str:
    if _waits_for_start(row, state):
        return f"Open {row.destination.name}, mend what has stopped it, and press Start again."
    return ""


def _waits_for_start(row: Undelivered, state: UndeliveredState) -> bool:
    is_stopped = row.destination.state == DestinationState.STOPPED
    return state is UndeliveredState.REPLAY and is_stopped


def _like(row: Undelivered) -> QuerySet[Undelivered]:
    """Undelivered facts about the same thing, of the same destination."""
    return Undelivered.objects.filter(destination=row.destination_id, aggregate=row.aggregate)


def _list_behind(row: Undelivered) -> QuerySet[Undelivered]:
    """What waits behind it; nothing waits behind what itself waits, or is discarded."""
    held = _like(row).filter(state=UndeliveredState.HELD).order_by("sequence")
    return held.none() if row.state in _QUIET else held


def _list_holders(row: Undelivered) -> QuerySet[Undelivered]:
    states = (*BLOCKING, UndeliveredState.REPLAY.value)
    return _like(row).filter(state__in=states, sequence__lt=row.sequence).order_by("sequence")


def _list_attempts(row: Undelivered) -> list[Attempt]:
    """The last sendings of batches that held it, the newest first."""
    attempts = Attempt.objects.filter(
        batch__destination=row.destination_id,
        batch__first_sequence__lte=row.sequence,
        batch__last_sequence__gte=row.sequence,
    )
    return list(attempts.order_by("-at", "-pk")[:SHOWN])
