"""Reads of the facts that other systems are told, by their numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apps.core.models import OutboxEvent, OutboxSequence

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

FACTS_AT_ONCE = 20  # a fact may tell of 500 products


def last_number() -> int:
    """The last number given; 0 where nothing was ever told. Whoever sees it sees what it tells."""
    return OutboxSequence.objects.values_list("last", flat=True).first() or 0


def mark_of(number: int) -> str:
    """What tells this fact from any other of its number, as after a backup was restored.

    Empty where the fact is not kept any more, or never was there.
    """
    event_id = (
        OutboxEvent.objects.filter(sequence=number).values_list("event_id", flat=True).first()
    )
    return event_id.hex[:8] if event_id else ""


def pruned_through() -> int:
    """Facts up to this number may be gone; those after it are all there."""
    return OutboxSequence.objects.values_list("pruned_through", flat=True).first() or 0


def list_told(
    *, types: Collection[str], first: int, last: int
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Number and payload of these types of fact, in order, a few at a time."""
    facts = OutboxEvent.objects.filter(type__in=types, sequence__range=(first, last))
    rows = facts.order_by("sequence").values_list("sequence", "payload")
    yield from ((number or 0, payload) for number, payload in rows.iterator(FACTS_AT_ONCE))
