"""Giving a destination up in the back office: its consequences, a reason, and its code typed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.utils import timezone
from django_subatomic.db import transaction
from unfold.decorators import action

from apps.core.admin.asking import confirm, typed
from apps.core.admin.base import actor_of, get_row
from apps.sync.admin.secrets import SecretActions
from apps.sync.forms import GiveUpForm
from apps.sync.services.giving_up import count_losses, give_up
from apps.sync.wording import say_losses

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from apps.core.admin.asking import Said


class GivingUp(SecretActions):
    """The one button above a destination after which there is no other."""

    @action(description="Give up", icon="delete_forever", permissions=["steer"])
    def give_up(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Never tell it anything again."""
        row = get_row(self, request, object_id)
        form = GiveUpForm(typed(request), code=row.code)
        losses = count_losses(row)
        question = {
            "title": f"Give {row.name} up for good?",
            "text": "It is never told anything again, and holds nothing up any more: old facts are"
            f" pruned without it, and its days are not compared. {say_losses(losses)} Its token"
            " and its secrets are forgotten.",
            "hint": "This cannot be undone. To pause it, press Stop instead. To tell it again"
            " later, add it under another code. Its batches can be read for 90 days more.",
            "confirm": "Give it up",
            "back": self._address(row),
        }

        def do(given: dict[str, Any]) -> Said:
            with transaction():
                give_up(
                    actor=actor_of(request),
                    destination_id=row.pk,
                    reason=given["reason"],
                    now=timezone.now(),
                )
            return messages.SUCCESS, f"{row.name} is given up. Nothing is sent to it any more."

        return confirm(self, request, form, question, do)
