"""Asking a worker to send what somebody has just decided on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages

from apps.sync.services.steering import ring

if TYPE_CHECKING:
    from django.http import HttpRequest


def ring_or_say(request: HttpRequest) -> None:
    """Ask a worker to send; say it where none could be asked."""
    if not ring():
        messages.warning(
            request,
            "No worker could be called: the broker is away. It goes out at the next turn, within"
            " five minutes of the broker's return; manage.py sync_now sends it at once.",
        )
