"""Reads of what other installations have sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apps.sync.errors import PeerUnknown
from apps.sync.gaps import Seen, Span
from apps.sync.models import Peer, ReceivedBatch, ReceivedFact
from apps.sync.types import ReceivedState

if TYPE_CHECKING:
    from django.db.models import QuerySet


def find_peer(*, source: str) -> Peer | None:
    """The installation of that name, or None."""
    return Peer.objects.filter(source=source).first()


def get_peer(*, source: str) -> Peer:
    """The installation of that name.

    Raises:
        PeerUnknown: there is none.
    """
    peer = find_peer(source=source)
    if peer is None:
        raise PeerUnknown(f"No installation {source[:40]!r} sends to this one.")
    return peer


def get_seen(peer: Peer) -> Seen:
    """Which numbers of a peer have come, and which are missing."""
    gaps = peer.gaps.filter(closed_at__isnull=True).order_by("first").values_list("first", "last")
    return Seen(peer.seen_through, tuple(Span(*gap) for gap in gaps))


def describe_status(*, source: str) -> dict[str, Any]:
    """What has come of a source, and what is missing.

    Raises:
        PeerUnknown: no such installation sends to this one.
    """
    peer = get_peer(source=source)
    seen = get_seen(peer)
    return {
        "source": peer.source,
        "last_sequence": seen.through,
        "next_expected_sequence": seen.next_expected,
        "gaps": seen.told_gaps(),
        "counts": {
            "accepted": peer.accepted_count,
            "duplicate": peer.duplicate_count,
            "rejected": peer.rejected_count,
        },
        "warning": peer.warning,
        "last_received_at": peer.last_seen_at,
    }


def find_answer(*, peer_id: int, batch_id: str) -> tuple[str, str] | None:
    """The hash of the body and the answer of a batch that came before, or None."""
    batches = ReceivedBatch.objects.filter(peer=peer_id, batch_id=batch_id)
    return batches.values_list("sha256", "answer").first()


def list_received_about(*, peer_id: int, aggregate: str) -> QuerySet[ReceivedFact]:
    """All that came about one thing, such as `order:<id>`, in its order: a sale, then its void."""
    about = ReceivedFact.objects.filter(peer=peer_id, aggregate=aggregate)
    return about.filter(state=ReceivedState.ACCEPTED).order_by("sequence", "position")
