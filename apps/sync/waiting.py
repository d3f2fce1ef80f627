"""The facts that a destination is to be told next, read as they are sent: nobody parses them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from apps.core.dialects import as_instant
from apps.core.sql import Batch
from apps.sync.transforms.seam import StoredFact
from apps.sync.types import MAX_BODY_BYTES, UndeliveredState

if TYPE_CHECKING:
    from apps.core.sql import Row

_AROUND_A_FACT = 400  # bytes that an envelope adds to a payload, at most in practice
_AROUND_ALL = 1_000

# A fact is held where it stands among the undelivered itself, or an earlier one about the same
# thing does. The sizes are added up in the database, so that no more is fetched than is sent.
_NEXT = """
WITH candidates AS (
  SELECT position, sequence, event_id, type, version, aggregate, occurred_at, {text} AS payload
  FROM core_outboxevent WHERE sequence > %s ORDER BY sequence LIMIT %s
), measured AS (
  SELECT candidates.*,
    SUM({length} + {around}) OVER (ORDER BY sequence) AS total,
    ROW_NUMBER() OVER (ORDER BY sequence) AS place
  FROM candidates
)
SELECT position, sequence, event_id, type, version, aggregate, occurred_at, payload,
  EXISTS (
    SELECT 1 FROM sync_undelivered held
    WHERE held.destination_id = %s AND held.aggregate = measured.aggregate
      AND held.sequence < measured.sequence AND held.state <> %s
  ) OR EXISTS (
    SELECT 1 FROM sync_undelivered own
    WHERE own.destination_id = %s AND own.sequence = measured.sequence
  ) AS is_held
FROM measured WHERE place = 1 OR total <= %s ORDER BY sequence
"""


class Waiting(NamedTuple):
    """A fact that has its turn, and whether it has to wait behind another one."""

    position: int
    fact: StoredFact
    is_held: bool


def list_waiting(destination_id: int, *, after: int, most: int) -> list[Waiting]:
    """The facts after a number, in order: so many at most, and no more than fit a body."""
    batch = Batch()
    discarded = str(UndeliveredState.DISCARDED)
    limits = [MAX_BODY_BYTES - _AROUND_ALL]
    found = batch.add(
        _statement(is_postgres=batch.is_postgres),
        [after, most, destination_id, discarded, destination_id, *limits],
    )
    batch.run()
    return [_as_waiting(row) for row in found.rows]


def _statement(*, is_postgres: bool) -> str:
    text = "payload::text" if is_postgres else "payload"
    length = "octet_length(payload)" if is_postgres else "LENGTH(CAST(payload AS BLOB))"
    return _NEXT.format(text=text, length=length, around=_AROUND_A_FACT)


def _as_waiting(row: Row) -> Waiting:
    position, sequence, event_id, kind, version, aggregate, occurred_at, payload, is_held = row
    key = event_id if isinstance(event_id, UUID) else UUID(event_id)
    fact = StoredFact(sequence, key, kind, version, aggregate, as_instant(occurred_at), payload)
    return Waiting(position, fact, bool(is_held))
