"""Seal whatever is sealed under the first field key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from apps.customers.services.rotating import rotate_field_keys

if TYPE_CHECKING:
    from apps.core.resealing import Resealed


class Command(BaseCommand):
    help = "Seal customers and secrets anew under the first of TILLHOUSE_FIELD_KEYS."

    def handle(self, *args: Any, **options: Any) -> None:
        tables: dict[str, Resealed] = {}
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        console = Console(stderr=True)
        with Progress(
            *columns, TimeRemainingColumn(), console=console, disable=not console.is_terminal
        ) as progress:
            task = progress.add_task("Sealing", total=None)
            for so_far in rotate_field_keys(now=timezone.now()):
                tables[so_far.table] = so_far
                progress.update(
                    task,
                    description=f"Sealing {so_far.table}",
                    total=so_far.total,
                    completed=so_far.done,
                )
        unreadable = [f"{each.unreadable:,} {each.table}" for each in _lacking(tables)]
        if unreadable:
            raise CommandError(
                f"{', '.join(unreadable)} cannot be read with the keys at hand. Put the"
                " key back that sealed them, at the end of TILLHOUSE_FIELD_KEYS, and run this"
                " again."
            )
        for table in tables.values():
            self.stdout.write(
                f"{table.done:,} {table.table}, {table.resealed:,} of them sealed anew."
            )
        self.stdout.write(self.style.SUCCESS("The older keys are needed no more."))


def _lacking(tables: dict[str, Resealed]) -> list[Resealed]:
    return [table for table in tables.values() if table.unreadable]
