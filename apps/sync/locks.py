"""Locks of sync.

Whoever decides on what was not delivered holds the row of its destination; whoever decides on what
has not come, that of its peer.
"""

from __future__ import annotations

from apps.sync.errors import SyncStateConflict
from apps.sync.models import Destination, Peer
from apps.sync.types import DestinationState

SEALED = ("token", "secret", "second_secret")


def lock_destination(destination_id: int) -> Destination:
    """Lock a destination until the end of the transaction; its secrets are not opened.

    Raises:
        Destination.DoesNotExist: there is none.
        SyncStateConflict: it was given up, and nothing is decided about it any more.
    """
    found = Destination.objects.select_for_update().defer(*SEALED).get(pk=destination_id)
    if found.state == DestinationState.GIVEN_UP:
        raise SyncStateConflict(f"It was given up: {found.reason}")
    return found


def lock_peer(peer_id: int) -> Peer:
    """Lock a peer until the end of the transaction, as a batch of it does.

    Raises:
        Peer.DoesNotExist: there is none.
    """
    return Peer.objects.select_for_update().defer("secret", "second_secret").get(pk=peer_id)
