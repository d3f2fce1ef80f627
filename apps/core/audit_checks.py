"""Walking the audit's chains: which entry was changed, lost or slipped in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from apps.core.audit import AuditFact
from apps.core.models import AuditChain, AuditEntry
from apps.core.types import Actor, ActorKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@dataclass(frozen=True, slots=True)
class BrokenLink:
    """The first place at which a chain does not hold."""

    chain: str
    sequence: int
    reason: str


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
    if head is None:
        if expected == 1:
            return None  # nothing was ever written here
        return BrokenLink(chain, expected, "the head of the chain is missing")
    if (head.last_sequence, head.last_hash) != (expected - 1, previous_hash):
        return BrokenLink(chain, expected, "the chain was cut short")
    return None


def list_chains() -> list[str]:
    """Every chain of which a head or an entry is left."""
    entries = AuditEntry.objects.order_by().values_list("chain", flat=True).distinct()
    return sorted({*AuditChain.objects.values_list("name", flat=True), *entries})


def count_entries(chains: Sequence[str]) -> int:
    """How many entries these chains have."""
    return AuditEntry.objects.filter(chain__in=chains).count()


def find_broken_links() -> Iterator[str]:
    """A sentence for every chain that does not hold, whether its head or its entries are left."""
    for chain in list_chains():
        if link := find_broken_link(chain):
            yield f"{link.chain}, entry {link.sequence}: {link.reason}"


def _seal_of(entry: AuditEntry) -> str | None:
    """What the entry's hash should be; None where its content cannot have been written by us."""
    if entry.actor_kind not in ActorKind or not isinstance(entry.facts, dict):
        return None
    actor = Actor(ActorKind(entry.actor_kind), entry.actor_id, entry.actor_name, entry.chain)
    fact = AuditFact(entry.at, actor, entry.action, entry.subject, entry.facts)
    return fact.seal(entry.sequence, entry.previous_hash)
