"""Numbers of a peer that never come: somebody decides, and nobody waits for them any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django_subatomic.db import transaction_required

from apps.core import audit
from apps.sync.errors import SyncStateConflict
from apps.sync.locks import lock_peer
from apps.sync.models import SequenceGap

if TYPE_CHECKING:
    from datetime import datetime

    from apps.core.types import JSON, Actor
    from apps.sync.gaps import Span


@transaction_required
def close_gap(*, actor: Actor, peer_id: int, numbers: Span, reason: str, now: datetime) -> None:
    """Wait no longer for these numbers, which are one gap; what comes under them is still taken.

    Raises:
        SyncStateConflict: no reason is given, or they are no open gap: some have come since, or
            somebody was faster.
    """
    if not reason.strip():
        raise SyncStateConflict("Say why these numbers never come.")
    peer = lock_peer(peer_id)
    gap = SequenceGap.objects.filter(
        peer=peer, first=numbers.first, last=numbers.last, closed_at__isnull=True
    )
    if not gap.update(closed_at=now, closed_by=actor.name, closed_reason=reason.strip()):
        raise SyncStateConflict(
            "This gap is not as it was: some of its numbers have come, or a colleague has closed"
            " it. Look at it again."
        )
    facts: dict[str, JSON] = {
        "first": numbers.first,
        "last": numbers.last,
        "reason": reason.strip(),
    }
    audit.record(audit.AuditFact(now, actor, "peer.gap_closed", f"peer:{peer.source}", facts))
