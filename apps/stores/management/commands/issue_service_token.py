"""Let a program in: another Tillhouse, or an integration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django_subatomic.db import transaction

from apps.core.errors import DomainError
from apps.core.types import system_actor
from apps.stores.selectors import find_store_id
from apps.stores.service_types import NewServiceToken, Scope
from apps.stores.services.service_tokens import issue_service_token

if TYPE_CHECKING:
    from django.core.management.base import CommandParser

ACTOR = system_actor("issue_service_token")


class Command(BaseCommand):
    help = "Make a service token and print it, this once. Revoke it in the back office."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="whose token it is")
        parser.add_argument("--source", default="", help="SYNC_SOURCE of the Tillhouse that calls")
        parser.add_argument(
            "--scope",
            dest="scopes",
            action="append",
            required=True,
            choices=[scope.value for scope in Scope],
            help="what it is good for; may be given several times",
        )
        parser.add_argument("--store", default="", help="code of the store whose prices it reads")

    def handle(self, *args: Any, **options: Any) -> None:
        scopes = tuple(Scope(scope) for scope in options["scopes"])
        store_id = _store_of(options["store"])
        new = NewServiceToken(options["name"], scopes, options["source"], store_id)
        try:
            with transaction():
                token = issue_service_token(actor=ACTOR, new=new, now=timezone.now())
        except DomainError as refusal:
            raise CommandError(refusal.detail) from refusal
        self.stderr.write(
            "Copy the token: it is not shown again. If it is lost, revoke it, issue another."
        )
        self.stdout.write(token)


def _store_of(code: str) -> int | None:
    """The store of that code; None where none is named."""
    store_id = find_store_id(code=code) if code else None
    if code and store_id is None:
        raise CommandError(f"There is no store {code!r}. The back office lists them: Stores.")
    return store_id
