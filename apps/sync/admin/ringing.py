"""Asking a worker to send what somebody has just decided on, and saying when that will be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages

from apps.sync.services.steering import ring
from apps.sync.types import DestinationState

if TYPE_CHECKING:
    from django.http import HttpRequest

    from apps.sync.models import Undelivered


def ring_or_say(request: HttpRequest) -> None:
    """Ask a worker to send; say it where none could be asked."""
    if not ring():
        messages.warning(
            request,
            "No worker could be called: the broker is away. It goes out at the next turn, within"
            " five minutes of the broker's return; manage.py sync_now sends it at once.",
        )


def say_when_one(row: Undelivered) -> str:
    """When an undelivered fact is sent that somebody decides to send."""
    return say_when(1, stopped=int(row.destination.state == DestinationState.STOPPED))


def say_when(count: int, *, stopped: int) -> str:
    """When so many facts are sent, of which some are for destinations that are stopped."""
    if not stopped:
        return "at the next turn"
    if stopped == count:
        return "once the destination is started: it is stopped"
    return f"at the next turn, {stopped:,} of them once their destination is started"
