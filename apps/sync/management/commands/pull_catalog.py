"""Read the catalog of the head office, as the worker does every five minutes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from apps.core.errors import DomainError
from apps.sync.services.pulling import pull_catalog

if TYPE_CHECKING:
    from django.core.management.base import CommandParser

    from apps.sync.services.pulling import Pulled

NAMED = 5


class Command(BaseCommand):
    help = (
        "Read products and prices from the head office. Exits with 1 where that fails, and where"
        " something of it cannot be sold here."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--all", action="store_true", help="everything, not what changed alone")

    def handle(self, *args: Any, **options: Any) -> None:
        columns = (TextColumn("Reading"), BarColumn(), MofNCompleteColumn())
        console = Console(stderr=True)
        with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
            bar = progress.add_task("", total=None)
            try:
                pulled = pull_catalog(
                    clock=timezone.now,
                    wants_whole=options["all"],
                    on_progress=lambda done, total: progress.update(
                        bar, completed=done, total=total or None
                    ),
                )
            except DomainError as refusal:
                raise CommandError(refusal.detail) from refusal
        for refused in pulled.refused:
            self.stderr.write(self.style.WARNING(f"{refused.sku}: {refused.reason}"))
        self.stdout.write(self.style.SUCCESS(f"{pulled.products:,} products looked at: {pulled}."))
        if said := " ".join(filter(None, [_of_refused(pulled), pulled.warning])):
            raise CommandError(said)


def _of_refused(pulled: Pulled) -> str:
    """What to do about products that were not taken over; empty where all were."""
    skus = list(dict.fromkeys(each.sku for each in pulled.refused))
    if not skus:
        return ""
    more = ", ..." if len(skus) > NAMED else ""
    return (
        f"{len(skus):,} products were not taken over: {', '.join(skus[:NAMED])}{more}. The reasons"
        " stand above; mostly this program is older than the head office's: update it."
    )
