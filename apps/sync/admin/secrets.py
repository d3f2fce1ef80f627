"""Changing a secret, on the page of a destination or a peer: shown once, never again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.template.response import TemplateResponse
from django.urls import reverse
from django_subatomic.db import transaction
from unfold.decorators import action

from apps.core.admin.asking import confirm, typed
from apps.core.admin.base import OfficeAdmin, actor_of, get_row
from apps.core.models import AuditEntry
from apps.sync.forms import NothingForm

if TYPE_CHECKING:
    from datetime import datetime

    from django.forms import Form
    from django.http import HttpRequest, HttpResponse

    from apps.core.admin.asking import Said
    from apps.core.errors import DomainError
    from apps.core.types import Actor

# Which secret a deed about a peer was about, where its audit does not name it.
_SECRETS_OF = {
    "peer.added": ("secret",),
    "peer.secret_added": ("second_secret",),
    "peer.secret_retired": ("secret",),
}


def find_set_at(subject: str) -> dict[str, datetime]:
    """When each secret of a row was typed or made last, as the audit has it."""
    entries = AuditEntry.objects.filter(subject=subject).order_by("pk")
    found: dict[str, datetime] = {}
    for at, action_name, facts in entries.values_list("at", "action", "facts"):
        fields = _SECRETS_OF.get(action_name) or facts.get("fields", ())
        found |= dict.fromkeys(fields, at)
    return found


class SecretActions(OfficeAdmin):
    """Two secrets side by side, until the other side knows the new one."""

    second_secret_form: type[Form]

    def add_secret(self, actor: Actor, row: Any, secret: str) -> str:
        """Add a second secret, made here where none is given."""
        raise NotImplementedError

    def use_second_secret(self, actor: Actor, row: Any) -> None:
        """Forget the first one."""
        raise NotImplementedError

    def forget_second_secret(self, actor: Actor, row: Any) -> None:
        """Go on with the first one."""
        raise NotImplementedError

    def has_rotate_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Unfold asks this for changing secrets."""
        return self.has_change_permission(request)

    @action(description="Add a second secret", icon="key", permissions=["rotate"])
    def second_secret(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Take or make a second secret; one that was made is shown once, in this answer alone."""
        row = get_row(self, request, object_id)
        form = self.second_secret_form(typed(request))
        question = {
            "title": f"A second secret for {row.name}",
            "text": "From now on both are used, so nothing is refused while you change it.",
            "hint": "Let the other side know the new one. Then, on this page, use it alone.",
            "confirm": "Add it",
            "back": self._address(row),
        }
        made: list[str] = []

        def do(given: dict[str, Any]) -> Said:
            given_one = given.get("secret", "")
            with transaction():
                secret = self.add_secret(actor_of(request), row, given_one)
            made.extend([] if given_one else [secret])
            return messages.SUCCESS, "Both secrets are used from now on."

        answer = confirm(self, request, form, question, do)
        return self.show_secret(request, row, made[0]) if made else answer

    @action(description="Use the new secret alone", icon="key_off", permissions=["rotate"])
    def promote_secret(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Forget the old one."""
        row = get_row(self, request, object_id)
        question = {
            "title": "Use the new secret alone?",
            "text": "The old one is forgotten.",
            "hint": "Do it once the other side knows the new one: before that, it refuses us, or"
            " we refuse it.",
            "confirm": "Use it alone",
            "back": self._address(row),
        }

        def do(given: dict[str, Any]) -> Said:
            with transaction():
                self.use_second_secret(actor_of(request), row)
            return messages.SUCCESS, "The new secret is used alone."

        return confirm(self, request, NothingForm(typed(request)), question, do)

    @action(description="Withdraw the second secret", icon="undo", permissions=["rotate"])
    def withdraw_secret(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Forget the new one: it was lost, or typed wrongly, or came into the wrong hands."""
        row = get_row(self, request, object_id)
        question = {
            "title": "Withdraw the second secret?",
            "text": "It is forgotten, and the first one alone counts again. Then another second one"
            " can be added.",
            "hint": f"Do it where it was lost or typed wrongly, before {row.name} uses it alone."
            " Your name stands in the audit.",
            "confirm": "Withdraw it",
            "back": self._address(row),
        }

        def do(given: dict[str, Any]) -> Said:
            with transaction():
                self.forget_second_secret(actor_of(request), row)
            return messages.SUCCESS, "The second secret is withdrawn. Add another one."

        return confirm(self, request, NothingForm(typed(request)), question, do)

    def show_secret(
        self, request: HttpRequest, row: Any, secret: str, *, is_new: bool = False
    ) -> HttpResponse:
        """The page that shows a secret, once. No browser keeps it."""
        list(messages.get_messages(request))  # said on this page in other words
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"The secret of {row.name}",
            "secret": secret,
            "row": row,
            "back": self._address(row),
            "is_peer": self.opts.model_name == "peer",
            "is_new": is_new,
        }
        answer = TemplateResponse(request, "sync/admin/secret.html", context)
        answer["Cache-Control"] = "no-store"
        return answer

    def fits_secrets(self, row: Any, name: str) -> bool:
        """Whether a button about secrets is of use: there is a second one to add, or to end."""
        if name not in {"second_secret", "promote_secret", "withdraw_secret"}:
            return True
        return bool(row.has_second_secret) == (name != "second_secret")

    def refused(self, request: HttpRequest, refusal: DomainError) -> None:
        messages.error(request, refusal.detail)

    def _address(self, row: Any) -> str:
        return reverse(f"admin:sync_{self.opts.model_name}_change", args=[row.pk])
