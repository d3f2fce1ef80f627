"""Give a back office up that is never to be told anything again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django_subatomic.db import transaction

from apps.core.errors import DomainError
from apps.core.types import system_actor
from apps.sync.services.giving_up import find_destination, give_up
from apps.sync.wording import say_losses

if TYPE_CHECKING:
    from django.core.management.base import CommandParser

ACTOR = system_actor("give_up_destination")


class Command(BaseCommand):
    help = (
        "Never tell a destination anything again, and let it hold nothing up. This cannot be"
        " undone. What it never gets is counted, and its code has to be typed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code", help="the destination")
        parser.add_argument("--reason", required=True, help="why; it stands in the audit")
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args: Any, **options: Any) -> None:
        code = options["code"]
        try:
            self._give_up(code, reason=options["reason"], is_sure=options["yes"])
        except DomainError as refusal:
            raise CommandError(refusal.detail) from refusal
        self.stdout.write(f"{code} is given up. Nothing is sent to it any more.")

    def _give_up(self, code: str, *, reason: str, is_sure: bool) -> None:
        destination_id, losses = find_destination(code)
        self.stdout.write(say_losses(losses))
        if not is_sure and input(f"Type {code} to give it up: ").strip() != code:
            raise CommandError(f"{code} was not given up.")
        with transaction():
            give_up(actor=ACTOR, destination_id=destination_id, reason=reason, now=timezone.now())
