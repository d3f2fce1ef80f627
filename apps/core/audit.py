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

from apps.core.models import AuditChain, AuditEntry
from apps.core.types import Actor, ActorKind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from apps.core.types import JSON


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


@dataclass(frozen=True, slots=True)
class BrokenLink:
    """The first place at which a chain does not hold."""

    chain: str
    sequence: int
    reason: str


@transaction_required
def record(fact: AuditFact) -> AuditEntry:
    """Append a fact to its actor's chain, in the caller's transaction."""
    AuditChain.objects.get_or_create(name=fact.actor.chain)
    head = AuditChain.objects.select_for_update().get(name=fact.actor.chain)
    sequence = head.last_sequence + 1
    entry = AuditEntry.objects.create(
        chain=head.name,
        sequence=sequence,
        at=fact.at,
        actor_kind=fact.actor.kind,
        actor_id=fact.actor.id,
        actor_name=fact.actor.name,
        action=fact.action,
        subject=fact.subject,
        facts=dict(fact.facts),
        previous_hash=head.last_hash,
        hash=fact.seal(sequence, head.last_hash),
    )
    head.last_sequence, head.last_hash = sequence, entry.hash
    head.save(update_fields=["last_sequence", "last_hash"])
    return entry


def find_broken_link(chain: str) -> BrokenLink | None:
    """Walk a chain from its start; the first entry that does not hold, or None."""
    previous_hash, expected = "", 1
    for entry in AuditEntry.objects.filter(chain=chain).order_by("sequence").iterator():
        if entry.sequence != expected:
            return BrokenLink(chain, expected, "the entry is missing")
        if entry.previous_hash != previous_hash or _seal_of(entry) != entry.hash:
            return BrokenLink(chain, expected, "the entry was changed")
        previous_hash, expected = entry.hash, expected + 1
    head = AuditChain.objects.filter(name=chain).first()
    if head and (head.last_sequence, head.last_hash) != (expected - 1, previous_hash):
        return BrokenLink(chain, expected, "the chain was cut short")
    return None


def _seal_of(entry: AuditEntry) -> str:
    actor = Actor(ActorKind(entry.actor_kind), entry.actor_id, entry.actor_name, entry.chain)
    fact = AuditFact(entry.at, actor, entry.action, entry.subject, entry.facts)
    return fact.seal(entry.sequence, entry.previous_hash)
