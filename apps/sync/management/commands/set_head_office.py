"""Say which head office this installation reads its catalog from."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django_subatomic.db import transaction

from apps.core.errors import DomainError
from apps.core.types import system_actor
from apps.sync.services.following import NewHeadOffice, enter_head_office

if TYPE_CHECKING:
    from django.core.management.base import CommandParser

ACTOR = system_actor("set_head_office")


class Command(BaseCommand):
    help = "Read the catalog from this head office; its service token is read from standard input."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("url", help="as https://office.example.com")
        parser.add_argument("--store", default="", help="code there, for a token of no store")

    def handle(self, *args: Any, **options: Any) -> None:
        if sys.stdin.isatty():
            self.stderr.write("The service token of the head office, then Enter:")
        token = sys.stdin.readline().strip()
        new = NewHeadOffice(options["url"], token, options["store"])
        try:
            with transaction():
                enter_head_office(actor=ACTOR, new=new, now=timezone.now())
        except DomainError as refusal:
            raise CommandError(refusal.detail) from refusal
        self.stdout.write(self.style.SUCCESS("Entered. `manage.py pull_catalog` reads it now."))
