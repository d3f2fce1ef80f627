"""Add a back office that is told what happens here."""

from __future__ import annotations

import sys
from getpass import getpass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_slug
from django.utils import timezone
from django_subatomic.db import transaction

from apps.core.errors import DomainError
from apps.core.types import system_actor
from apps.sync.deeds import NewDestination
from apps.sync.rules import is_safe_address
from apps.sync.services.arranging import add_destination
from apps.sync.signing import SecretUnusable, is_token, read_secret
from apps.sync.types import Format

if TYPE_CHECKING:
    from django.core.management.base import CommandParser

ACTOR = system_actor("add_destination")
LONGEST = {"code": 40, "name": 120, "url": 500}  # characters that the books hold


class Command(BaseCommand):
    help = (
        "Add a destination. Its token and its signing secret are asked for, or read from standard"
        " input, a line each; they never stand in the list of processes."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code", help="a short name: letters, digits, hyphens")
        parser.add_argument("url", help="where batches go: https://office.example.com/api/sync")
        parser.add_argument("--name", default="", help="what people call it; else the code")
        parser.add_argument(
            "--format", choices=[str(each) for each in Format], default=str(Format.TILLHOUSE)
        )
        parser.add_argument("--plain", action="store_true", help="it does not take gzip")
        begins = parser.add_mutually_exclusive_group(required=True)
        begins.add_argument("--from-now", action="store_true", help="tell it what comes")
        begins.add_argument("--from-first", action="store_true", help="tell it all on record, too")

    def handle(self, *args: Any, **options: Any) -> None:
        code, url = options["code"], options["url"]
        _check(code, url)
        _check_lengths(options)
        token, secret = _ask("Token: "), _ask("Signing secret (whsec_...): ")
        if not is_token(token):
            raise CommandError(
                "This is no token. Type or pipe in two lines, as the back office that receives"
                " showed them: the token, and below it the signing secret."
            )
        try:
            read_secret(secret)
            new = NewDestination(
                code=code,
                name=options["name"] or code,
                url=url,
                format=Format(options["format"]),
                compresses=not options["plain"],
                token=token,
                secret=secret,
                begins_now=options["from_now"],
            )
            with transaction():
                added = add_destination(actor=ACTOR, new=new, now=timezone.now())
        except SecretUnusable as error:
            raise CommandError(f"{error} The back office that receives shows it once.") from error
        except DomainError as refusal:
            raise CommandError(refusal.detail) from refusal
        first = added.starts_after + 1
        said = f"{code} is told from number {first} on, every five minutes, or by sync_now."
        self.stdout.write(self.style.SUCCESS(said))


def _check(code: str, url: str) -> None:
    try:
        validate_slug(code)
    except ValidationError as error:
        raise CommandError(f"{code}: take letters, digits, hyphens and underscores.") from error
    if not is_safe_address(url):
        raise CommandError(f"{url}: facts go to https:// addresses alone, or to this machine.")


def _check_lengths(options: dict[str, Any]) -> None:
    for name, most in LONGEST.items():
        if len(options[name]) > most:
            raise CommandError(f"The {name} has at most {most} characters: shorten it.")


def _ask(question: str) -> str:
    """A line that nobody sees who looks over a shoulder."""
    if sys.stdin.isatty():
        return getpass(question).strip()
    return sys.stdin.readline().strip()
