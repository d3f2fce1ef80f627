"""One transaction: what a batch says is written down, applied, and answered, or nothing of it is.

Batches of one source queue at the row of their peer, so whatever arrives twice, late or at the same
time is looked at by one transaction after the other. What adds up is added for facts that are new,
and for no other.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson
import structlog
from django_subatomic.db import transaction_required

from apps.core.sql import Batch
from apps.sync.errors import BatchReused
from apps.sync.gaps import Seen, Span, in_words
from apps.sync.services.receiving import statements
from apps.sync.services.receiving.stock import change_stock

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from apps.sync.services.receiving.judging import Judged
    from apps.sync.services.receiving.reading import ReadBatch

ACCEPTED, DUPLICATE, REJECTED = "accepted", "duplicate", "rejected"

log = structlog.get_logger()


@dataclass(slots=True)
class _Outcome:
    """What becomes of the events of a batch."""

    results: list[dict[str, Any]] = field(default_factory=list)
    new: dict[str, tuple[int, Judged]] = field(default_factory=dict)  # by id: number and event
    bad: dict[str, tuple[int, Judged]] = field(default_factory=dict)

    def count(self, status: str) -> int:
        return Counter(result["status"] for result in self.results)[status]


@transaction_required
def record_batch(
    *, peer_id: int, read: ReadBatch, sha256: str, events: Sequence[Judged], now: datetime
) -> bytes:
    """Take in what is new of a batch; the answer to it, byte for byte as for ever after.

    Raises:
        BatchReused: another body came under this id before.
    """
    looking = Batch()
    peer = statements.look_up_peer(looking, peer_id)
    answered = statements.look_up_answer(looking, peer_id, read.batch_id)
    missing = statements.look_up_gaps(looking, peer_id)
    known = statements.look_up_facts(looking, peer_id, [event.event_id for event in events])
    looking.run()
    if row := answered.one():
        return same_answer(row, sha256)
    seen_through, warning = peer.rows[0]
    gaps = [Span(first, last) for first, last, is_open in missing.rows if is_open]
    closed = [Span(first, last) for first, last, is_open in missing.rows if not is_open]
    before = Seen(seen_through, tuple(gaps))
    states = {_hex(event_id): state for event_id, state in known.rows}
    outcome = _sort_out(read, events, states)
    seen = before.after(Span(read.sequence, read.last))
    warning = _warn(read, Seen(seen_through, (*gaps, *closed)), outcome, states) or warning
    writing = Batch()
    _write_facts(writing, peer_id, outcome, states, now)
    _write_gaps(writing, peer_id, before, seen, now)
    _write_peer(writing, peer_id, outcome, states, (seen.through, warning), now)
    answer = _answer(read, outcome, seen)
    _write_answer(writing, peer_id, read, outcome, (sha256, answer.decode()), now)
    writing.run()
    return answer


def same_answer(row: tuple[Any, ...], sha256: str) -> bytes:
    """The answer that this very batch had.

    Raises:
        BatchReused: it was another one.
    """
    known, answer = row
    if known != sha256:
        raise BatchReused("Another batch came under this id. Take a new id for another batch.")
    return str(answer).encode()


def _sort_out(read: ReadBatch, events: Sequence[Judged], states: dict[str, str]) -> _Outcome:
    """An id counts once: in all batches, and within this one, where its first good event counts."""
    outcome = _Outcome()
    for number, event in enumerate(events, start=read.sequence):
        if states.get(event.event_id) == "ACCEPTED" or event.event_id in outcome.new:
            outcome.results.append({"id": event.given_id, "status": DUPLICATE})
        elif event.code:
            why = {"code": event.code, "detail": event.detail}
            outcome.results.append({"id": event.given_id, "status": REJECTED, **why})
            outcome.bad.setdefault(event.event_id, (number, event))
        else:
            outcome.results.append({"id": event.given_id, "status": ACCEPTED})
            outcome.new[event.event_id] = (number, event)
    for event_id in outcome.new:
        outcome.bad.pop(event_id, None)
    return outcome


def _warn(read: ReadBatch, before: Seen, outcome: _Outcome, states: dict[str, str]) -> str:
    """A sentence where facts that nobody has seen come under numbers that have come before."""
    unseen = (number for key, (number, _) in outcome.new.items() if key not in states)
    again = [number for number in unseen if before.has(number)]
    if not again:
        return ""
    log.warning("sequence_went_backwards", source=read.source, first=min(again), last=max(again))
    return (
        f"Facts that are new came under the numbers {in_words(again)}, which had come before."
        " They were taken in. Was the database of the sender restored from a backup?"
    )


def _write_facts(
    batch: Batch, peer_id: int, outcome: _Outcome, states: dict[str, str], now: datetime
) -> None:
    written = {**outcome.new, **outcome.bad}
    if anew := [event_id for event_id in written if event_id in states]:
        statements.remove_facts(batch, peer_id, anew)
    rows = [{**event.row, "sequence": number} for number, event in written.values()]
    statements.add_facts(batch, peer_id, rows, now=now)
    facts = (event.columns for _, event in outcome.new.values())
    change_stock(batch, peer_id, facts, now=now)


def _write_gaps(batch: Batch, peer_id: int, before: Seen, after: Seen, now: datetime) -> None:
    if closed := [gap.first for gap in before.gaps if gap not in after.gaps]:
        marks = ", ".join(["%s"] * len(closed))
        batch.add(
            f"DELETE FROM sync_sequencegap WHERE peer_id = %s AND first IN ({marks})",  # noqa: S608 - placeholders
            [peer_id, *closed],
        )
    opened = [gap for gap in after.gaps if gap not in before.gaps]
    columns = ("peer_id", "first", "last", "found_at")
    rows = [(peer_id, gap.first, gap.last, now) for gap in opened]
    batch.insert("sync_sequencegap", columns, rows)


def _write_peer(
    batch: Batch,
    peer_id: int,
    outcome: _Outcome,
    states: dict[str, str],
    seen: tuple[int, str],
    now: datetime,
) -> None:
    seen_through, warning = seen
    again = sum(states.get(event_id) == "REJECTED" for event_id in (*outcome.new, *outcome.bad))
    batch.add(
        "UPDATE sync_peer SET seen_through = %s, warning = %s, last_seen_at = %s,"
        " accepted_count = accepted_count + %s, duplicate_count = duplicate_count + %s,"
        " rejected_count = rejected_count + %s WHERE id = %s",
        [
            seen_through,
            warning,
            now,
            len(outcome.new),
            outcome.count(DUPLICATE),
            len(outcome.bad) - again,
            peer_id,
        ],
    )


def _answer(read: ReadBatch, outcome: _Outcome, seen: Seen) -> bytes:
    return orjson.dumps(
        {
            "batch_id": read.batch_id,
            "results": outcome.results,
            "next_expected_sequence": seen.next_expected,
            "gaps": seen.told_gaps(),
        }
    )


def _write_answer(
    batch: Batch,
    peer_id: int,
    read: ReadBatch,
    outcome: _Outcome,
    answered: tuple[str, str],
    now: datetime,
) -> None:
    row = {
        "peer_id": peer_id,
        "batch_id": read.batch_id,
        "sha256": answered[0],
        "first_sequence": read.sequence,
        "event_count": len(read.events),
        "accepted_count": outcome.count(ACCEPTED),
        "duplicate_count": outcome.count(DUPLICATE),
        "rejected_count": outcome.count(REJECTED),
        "answer": answered[1],
        "received_at": now,
    }
    batch.insert("sync_receivedbatch", (*row,), [(*row.values(),)])


def _hex(event_id: UUID | str) -> str:
    return event_id.hex if isinstance(event_id, UUID) else event_id
