"""What the page of a destination shows: its standing, charts, newest batches, and what failed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from apps.core.admin.charts import MAIN, SECOND, Series, bar_chart, line_chart
from apps.sync.admin.attempts import with_last_outcome
from apps.sync.admin.secrets import find_set_at
from apps.sync.figures import HOURS, SPANS, count_undelivered, list_steps
from apps.sync.models import Undelivered
from apps.sync.types import UndeliveredState
from apps.sync.wording import WORDS, say_ago, say_batch, say_standing

if TYPE_CHECKING:
    from datetime import datetime

SHOWN = 8
_NAMES = (("token", "Token"), ("secret", "Signing secret"), ("second_secret", "Second secret"))


def describe_page(destination: Any, *, span_key: str, now: datetime) -> dict[str, Any]:
    """For the template above the form; the destination bears its backlog."""
    tone, standing = say_standing(destination, now=now)
    span = SPANS.get(span_key, HOURS)
    not_there = (destination.dead_count, destination.again_count, destination.held_count)
    return {
        "destination": destination,
        "tone": tone,
        "standing": standing,
        "oldest": say_ago(destination.oldest_at, now=now) if destination.oldest_at else "",
        "undelivered_count": sum(not_there),
        "undelivered_states": _list_states(destination),
        "span": span,
        "spans": SPANS.values(),
        "charts": _draw(destination, span, now),
        "batches": _list_batches(destination),
        "undelivered": _list_open(destination),
        "secrets": list_secrets(destination, f"destination:{destination.pk}", _NAMES),
    }


def list_secrets(
    row: Any, subject: str, names: tuple[tuple[str, str], ...]
) -> list[tuple[str, bool, datetime | None]]:
    """The name of each secret, whether it is set, and since when."""
    set_at = find_set_at(subject)
    return [(title, getattr(row, f"has_{name}"), set_at.get(name)) for name, title in names]


def _list_batches(destination: Any) -> list[dict[str, Any]]:
    """The newest, each with its tone and word."""
    newest = destination.batches.defer("body").order_by("-frozen_at", "-pk")
    found = []
    for batch in with_last_outcome(newest)[:SHOWN]:
        tone, word, _ = say_batch(batch)
        found.append({"batch": batch, "tone": tone, "word": word})
    return found


def _list_states(destination: Any) -> list[tuple[str, int, str]]:
    """How many facts are in each state of not being there, for those that have any."""
    counts = count_undelivered(destination_id=destination.pk)
    return [
        (state.value, counts[state.value], WORDS[state])
        for state in UndeliveredState
        if state.value in counts
    ]


def _list_open(destination: Any) -> Any:
    """The newest that a person, or the next turn, has to see to; what is held stands behind."""
    settled = (UndeliveredState.HELD, UndeliveredState.DISCARDED)
    rows = Undelivered.objects.filter(destination=destination).exclude(state__in=settled)
    return rows.select_related("event").defer("event__payload").order_by("-since", "-pk")[:SHOWN]


def _draw(destination: Any, span: Any, now: datetime) -> dict[str, Any]:
    steps = list_steps(destination, span=span, now=now)
    names = [timezone.localtime(step.begins).strftime(span.name_of) for step in steps]
    synced = Series("Arrived there", MAIN, [step.synced for step in steps])
    waiting = Series("Waited at the end", SECOND, [step.waiting for step in steps])
    return {
        "synced": bar_chart(names, [synced], unit=1),
        "waiting": line_chart(names, [waiting], unit=1),
        "total": sum(step.synced for step in steps),
        "most": max(step.waiting for step in steps),
    }
