"""Asking a worker to do what somebody has just decided on, and saying when that will be.

A broker takes a ring whether or not anybody listens. That nobody does is seen by what only a
worker does, and what nobody has done for three beats.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.utils import timezone

from apps.sync.services import following, steering
from apps.sync.standing import note_unnumbered
from apps.sync.types import DestinationState
from apps.sync.wording import LATE, say_ago

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest

    from apps.core.admin.asking import Said
    from apps.sync.models import CatalogSource, Undelivered


def ring_or_say(request: HttpRequest) -> None:
    """Ask a worker to send; say it where none could be asked, or none seems to run."""
    if not steering.ring():
        messages.warning(
            request,
            "No worker could be called: the broker is away. It goes out at the next turn, within"
            " five minutes of the broker's return; manage.py sync_now sends it at once.",
        )
    elif silence := _say_silence(note_unnumbered().oldest_at, now=timezone.now()):
        messages.warning(
            request,
            f"No worker seems to run: nothing was prepared for sending for {silence}. It goes out"
            " within five minutes of a worker's return; manage.py sync_now sends it at once.",
        )


def ring_for_catalog(source: CatalogSource, *, wants_whole: bool) -> Said:
    """Ask a worker to read the head office's catalog; what came of asking."""
    by_hand = "manage.py pull_catalog reads it at once."
    silence = _say_silence(source.last_tried_at, now=timezone.now())
    if not following.ring(wants_whole=wants_whole):
        return messages.WARNING, f"No worker could be asked: it is read at the next turn. {by_hand}"
    if silence:
        return messages.WARNING, (
            f"No worker seems to run: none has read for {silence}. It is read within five minutes"
            f" of a worker's return; {by_hand}"
        )
    return messages.SUCCESS, (
        "The worker has been asked to read. Look again in a minute: if nothing was read by then, no"
        f" worker runs; {by_hand}"
    )


def _say_silence(since: datetime | None, *, now: datetime) -> str:
    """How long it has been; nothing where that is no longer than three beats."""
    return say_ago(since, now=now) if since and now - since > LATE else ""


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
