"""The audit: who did what, in chains that show when an entry was changed, lost or slipped in.

Every entry is sealed with a SHA-256 over its own content and the seal of the entry before it, in a
chain per terminal, or per person where there is no terminal. No chain is shared by all tills, so
no sale waits for another till's audit.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

import orjson
from django_subatomic.db import transaction_required

from apps.core.models import AuditChain
from apps.core.sql import Batch

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from apps.core.sql import Statement
    from apps.core.types import JSON, Actor


@dataclass(frozen=True, slots=True)
class AuditFact:
    """What an entry says, before it is chained. `facts` hold no floats, so they seal the same."""

    at: datetime
    actor: Actor
    action: str
    subject: str
    facts: Mapping[str, JSON]

    def seal(self, sequence: int, previous_hash: str) -> str:
        """The hash that binds this fact to its place in the chain."""
        actor = self.actor
        content = [
            previous_hash,
            actor.chain,
            sequence,
            self.at.astimezone(UTC).isoformat(),
            [actor.kind, actor.id, actor.name],
            self.action,
            self.subject,
            dict(self.facts),
        ]
        return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


@transaction_required
def record(fact: AuditFact) -> None:
    """Append a fact to its actor's chain, in the caller's transaction."""
    batch = Batch()
    head = lock_head(batch, fact.actor.chain)
    batch.run()
    add_to(batch, fact, begin_if_new(head, fact.actor.chain))
    batch.run()


_ACTOR_COLUMNS = ("actor_kind", "actor_id", "actor_name")
_SEAL_COLUMNS = ("previous_hash", "hash")
_COLUMNS = (
    "chain",
    "sequence",
    "at",
    *_ACTOR_COLUMNS,
    "action",
    "subject",
    "facts",
    *_SEAL_COLUMNS,
)


def lock_head(batch: Batch, chain: str) -> Statement:
    """Queue the locking of a chain's head; its row is the last sequence and hash.

    A chain that does not exist yet has no row: pass the statement through `begin_if_new`.
    """
    lock = " FOR UPDATE" if batch.is_postgres else ""
    sql = "SELECT last_sequence, last_hash FROM core_auditchain WHERE name = %s"
    return batch.add(sql + lock, [chain])


def begin_if_new(head: Statement, chain: str) -> Statement:
    """The locked head of a chain, which is begun first where `lock_head` found none."""
    if head.one() is not None:
        return head
    AuditChain.objects.get_or_create(name=chain)
    batch = Batch()
    head = lock_head(batch, chain)
    batch.run()
    return head


def add_to(batch: Batch, fact: AuditFact, head: Statement) -> None:
    """As `record`, for a caller that has locked the head and sends its statements together."""
    last_sequence, previous_hash = head.rows[0]
    sequence, actor = last_sequence + 1, fact.actor
    seal = fact.seal(sequence, previous_hash)
    row = (
        actor.chain,
        sequence,
        fact.at,
        actor.kind.value,
        actor.id,
        actor.name,
        fact.action,
        fact.subject,
        orjson.dumps(dict(fact.facts)).decode(),
        previous_hash,
        seal,
    )
    batch.insert("core_auditentry", _COLUMNS, [row])
    batch.add(
        "UPDATE core_auditchain SET last_sequence = %s, last_hash = %s WHERE name = %s",
        [sequence, seal, actor.chain],
    )
