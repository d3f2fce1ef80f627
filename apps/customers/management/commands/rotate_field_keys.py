"""Seal every customer under the first field key."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from apps.customers.services.rotating import rotate_field_keys
from apps.customers.types import Rotated


class Command(BaseCommand):
    help = "Seal every customer anew under the first of TILLHOUSE_FIELD_KEYS."

    def handle(self, *args: Any, **options: Any) -> None:
        rotated = Rotated(total=0)
        columns = (TextColumn("Sealing"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        console = Console(stderr=True)
        with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
            task = progress.add_task("customers", total=None)
            for rotated in rotate_field_keys(now=timezone.now()):
                progress.update(task, total=rotated.total, completed=rotated.done)
        if rotated.unreadable:
            raise CommandError(
                f"{rotated.unreadable:,} customers cannot be read with the keys at hand. Put the"
                " key back that sealed them, at the end of TILLHOUSE_FIELD_KEYS, and run this"
                " again."
            )
        self.stdout.write(
            self.style.SUCCESS(
                f"{rotated.done:,} customers, {rotated.resealed:,} of them sealed anew."
                " The older keys are needed no more."
            )
        )
