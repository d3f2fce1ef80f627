"""Let another installation send to this one, or change what it signs with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django_subatomic.db import transaction

from apps.core.errors import DomainError
from apps.core.types import system_actor
from apps.sync.errors import PeerIncomplete, PeerUnknown
from apps.sync.services.peers import (
    add_peer,
    add_second_secret,
    retire_first_secret,
    withdraw_second_secret,
)

if TYPE_CHECKING:
    from django.core.management.base import CommandParser

ACTOR = system_actor("add_peer")


class Command(BaseCommand):
    help = "Let an installation send to this one; print the secret it signs with, this once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", help="its SYNC_SOURCE")
        parser.add_argument("--name", default="", help="whose installation it is")
        parser.add_argument(
            "--after", type=int, default=0, help="the number of the last fact it will not send"
        )
        change = parser.add_mutually_exclusive_group()
        change.add_argument(
            "--second", action="store_true", help="make a second secret, which counts as well"
        )
        change.add_argument(
            "--retire", action="store_true", help="let the second secret take the first one's place"
        )
        change.add_argument(
            "--withdraw", action="store_true", help="forget the second secret, as where it was lost"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with transaction():
                secret = _change(**options)
        except PeerUnknown as refusal:
            first = f'Let it in first: manage.py add_peer {options["source"]} --name "Whose it is"'
            raise CommandError(f"{refusal.detail} {first}") from refusal
        except PeerIncomplete as refusal:
            said = "Say it like: manage.py add_peer miami --name 'Store server Miami' --after 0"
            raise CommandError(f"{refusal.detail} {said}") from refusal
        except DomainError as refusal:
            raise CommandError(refusal.detail) from refusal
        if secret is None:
            which = "second" if options["withdraw"] else "first"
            self.stderr.write(f"The {which} secret counts no more.")
            return
        self.stderr.write("Copy the secret: it is not shown again.")
        self.stdout.write(secret)


def _change(*, source: str, name: str, after: int, second: bool, **options: Any) -> str | None:
    now = timezone.now()
    if options["retire"]:
        retire_first_secret(actor=ACTOR, source=source, now=now)
        return None
    if options["withdraw"]:
        withdraw_second_secret(actor=ACTOR, source=source, now=now)
        return None
    if second:
        return add_second_secret(actor=ACTOR, source=source, now=now)
    return add_peer(actor=ACTOR, source=source, name=name, after=after, now=now)
