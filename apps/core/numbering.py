"""Numbers for facts that other systems are told: dense, from 1 on, one sequence an installation.

A number is given after the commit, by whoever holds the lock of the one row that knows the last
one, so no till waits for another and a transaction that ends late only gets a later number. Facts
about one thing keep their order: each is written while the rows it tells of are locked, so its
position is after that of the one before.

A fact that is not what its schema says gets no number. It stands in the books with its fault, it is
an error in the log, and only later facts about the same thing wait for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import orjson
import structlog
from django.db import connection
from django.db.models import Count, Max, TextField
from django.db.models.functions import Cast
from django_subatomic.db import durable, transaction

from apps.core.event_schemas import find_fault
from apps.core.models import OutboxEvent, OutboxSequence
from apps.core.sql import Batch

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from django.db.models import QuerySet

BATCH = 1_000
_ONLY_ROW = 1
_NUMBER = (
    "WITH given (number, place) AS (VALUES {pairs}) UPDATE core_outboxevent"
    " SET sequence = given.number FROM given WHERE position = given.place"
)
_REMEMBER = "UPDATE core_outboxsequence SET last = %s"

log = structlog.get_logger()


class _Waiting(NamedTuple):
    """A fact without a number; the payload as text, which orjson reads four times as fast."""

    position: int
    event_id: UUID
    type: str
    version: int
    aggregate: str
    text: str


@durable
def number_facts() -> int:
    """Give every committed fact that waits for a number the next one; how many were given.

    It ends at once where somebody else is at it.
    """
    numbered = 0
    while (given := _number_some()) is not None:
        numbered += given
    return numbered


def list_faulty() -> list[str]:
    """A sentence for each fact that is not what its schema says, in the order of writing."""
    faulty = OutboxEvent.objects.exclude(fault="").order_by("position")
    return [f"{fact.type} {fact.event_id}: {fact.fault}" for fact in faulty]


def retry_faulty() -> int:
    """Let faulty facts be looked at again, as after their schema was mended; how many they are."""
    return OutboxEvent.objects.exclude(fault="").update(fault="")


def list_unnumbered() -> QuerySet[OutboxEvent]:
    """Facts that are to be told and wait for their number alone, as while no worker runs."""
    held = list(OutboxEvent.objects.exclude(fault="").values_list("aggregate", flat=True))
    waiting = OutboxEvent.objects.filter(is_shared=True, sequence__isnull=True)
    return waiting.exclude(aggregate__in=held)


def find_sequence_faults() -> Iterator[str]:
    """A sentence for each fact that cannot be told, and each way in which numbers are not dense."""
    yield from list_faulty()
    last, pruned = OutboxSequence.objects.values_list("last", "pruned_through").first() or (0, 0)
    numbered = OutboxEvent.objects.filter(sequence__gt=pruned)
    found = numbered.aggregate(most=Max("sequence"), count=Count("pk"))
    most = found["most"] or pruned
    if most - pruned != found["count"]:
        yield f"Of the facts {pruned + 1} to {most} only {found['count']} are there."
    if most != last:
        yield f"The last fact has the number {most}, and the last number given is {last}."


@transaction
def _number_some() -> int | None:
    """One batch; None when nothing is left to do, or somebody else does it."""
    OutboxSequence.objects.get_or_create(pk=_ONLY_ROW)
    can_skip = connection.features.has_select_for_update_skip_locked
    head = OutboxSequence.objects.select_for_update(skip_locked=can_skip).first()
    waiting = _list_waiting() if head else []
    if head is None or not waiting:
        return None
    good = _sort_out(waiting)
    _write_numbers([fact.position for fact in good], after=head.last)
    return len(good)


def _write_numbers(positions: list[int], *, after: int) -> None:
    batch = Batch()
    if positions:
        given = [value for pair in enumerate(positions, start=after + 1) for value in pair]
        batch.add(_NUMBER.format(pairs=", ".join(["(%s, %s)"] * len(positions))), given)
    batch.add(_REMEMBER, [after + len(positions)])
    batch.run()


def _list_waiting() -> list[_Waiting]:
    """The oldest facts without a number, without those that wait behind a faulty one.

    Their places are looked up first: a database that knows little of the table yet would sort all
    that waits together with its payload.
    """
    places = list_unnumbered().order_by("position").values_list("position")
    facts = (
        OutboxEvent.objects.filter(position__in=[place for (place,) in places[:BATCH]])
        .annotate(text=Cast("payload", TextField()))
        .order_by("position")
    )
    return [_Waiting(*row) for row in facts.values_list(*_Waiting._fields)]


def _sort_out(waiting: list[_Waiting]) -> list[_Waiting]:
    """Those that are as promised; the faulty are marked, and hold back what is behind them."""
    good, held = [], set()
    for fact in waiting:
        if fact.aggregate in held:
            continue
        fault = find_fault(fact.type, fact.version, orjson.loads(fact.text))
        if not fault:
            good.append(fact)
            continue
        held.add(fact.aggregate)
        OutboxEvent.objects.filter(pk=fact.position).update(fault=fault)
        log.error("fact_not_as_its_schema", event_id=str(fact.event_id), fault=fault)
    return good
