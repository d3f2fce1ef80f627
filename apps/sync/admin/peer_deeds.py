"""What can be done about a peer: each deed asks first, and stands in the audit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.utils import timezone
from django_subatomic.db import transaction
from unfold.decorators import action

from apps.core.admin.asking import confirm, typed
from apps.core.admin.base import actor_of, get_row
from apps.sync.admin.secrets import SecretActions
from apps.sync.forms import NothingForm
from apps.sync.services.peers import (
    add_second_secret,
    dismiss_warning,
    retire_first_secret,
    withdraw_second_secret,
)

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from apps.core.admin.asking import Said
    from apps.core.types import Actor


class PeerDeeds(SecretActions):
    """The buttons above a peer."""

    actions_detail = ("dismiss", "second_secret", "promote_secret", "withdraw_secret")
    second_secret_form = NothingForm

    def add_secret(self, actor: Actor, row: Any, secret: str) -> str:
        return add_second_secret(actor=actor, source=row.source, now=timezone.now())

    def use_second_secret(self, actor: Actor, row: Any) -> None:
        retire_first_secret(actor=actor, source=row.source, now=timezone.now())

    def forget_second_secret(self, actor: Actor, row: Any) -> None:
        withdraw_second_secret(actor=actor, source=row.source, now=timezone.now())

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        row = self.get_object(request, str(object_id))
        offered = super().get_actions_detail(request, object_id)
        fits = [each for each in offered if row and self.fits_secrets(row, str(each.path))]
        return [each for each in fits if each.path != "dismiss" or row.warning]

    @action(description="I have looked into it", icon="check", permissions=["rotate"])
    def dismiss(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Take a warning away that somebody has looked into."""
        peer = get_row(self, request, object_id)
        question = {
            "title": "Take the warning away?",
            "text": peer.warning,
            "hint": "It comes again if it happens again. Your name stands in the audit.",
            "confirm": "I have looked into it",
            "back": self._address(peer),
        }

        def do(given: dict[str, Any]) -> Said:
            with transaction():
                dismiss_warning(actor=actor_of(request), source=peer.source, now=timezone.now())
            return messages.SUCCESS, "The warning is gone."

        return confirm(self, request, NothingForm(typed(request)), question, do)
