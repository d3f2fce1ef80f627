"""What the page of a peer shows: how it is doing, its newest batches, what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import F

from apps.sync.admin.destination_page import list_secrets
from apps.sync.wording import say_peer

if TYPE_CHECKING:
    from datetime import datetime

SHOWN = 8
_NAMES = (("secret", "Signing secret"), ("second_secret", "Second secret"))


def describe_peer(peer: Any, *, now: datetime) -> dict[str, Any]:
    """For the template above the form; the peer bears the number of its gaps."""
    tone, standing = say_peer(peer, now=now)
    return {
        "peer": peer,
        "show_save_and_add_another": False,
        "tone": tone,
        "standing": standing,
        "secrets": list_secrets(peer, f"peer:{peer.source}", _NAMES),
        "gaps": peer.gaps.order_by(F("closed_at").desc(nulls_first=True), "first")[:SHOWN],
        "batches": peer.batches.defer("answer").order_by("-received_at", "-pk")[:SHOWN],
    }
