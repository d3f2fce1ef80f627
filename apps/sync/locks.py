"""Locks of sync. Whoever decides on what was not delivered holds the row of its destination."""

from __future__ import annotations

from apps.sync.models import Destination

SEALED = ("token", "secret", "second_secret")


def lock_destination(destination_id: int) -> Destination:
    """Lock a destination until the end of the transaction; its secrets are not opened.

    Raises:
        Destination.DoesNotExist: there is none.
    """
    return Destination.objects.select_for_update().defer(*SEALED).get(pk=destination_id)
