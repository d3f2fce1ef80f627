"""Put the prices of a file into a draft."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from apps.catalog.editions import get_edition_named
from apps.catalog.services.editions.files import PriceFile, take_in_prices
from apps.core.errors import DomainError
from apps.core.money import format_cents
from apps.core.types import system_actor

if TYPE_CHECKING:
    from django.core.management.base import CommandParser

    from apps.catalog.services.editions.files import PriceReport

ACTOR = system_actor("import_prices")
SHOWN = 40


class Command(BaseCommand):
    help = "Put the prices of a CSV file (sku,price and, if you like, book) into a draft."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="CSV, UTF-8: sku,price or sku,price,book")
        parser.add_argument("--book", required=True, metavar="CODE", help="code of the edition")
        parser.add_argument("--dry-run", action="store_true", help="show what would change")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            edition = get_edition_named(code=options["book"])
            report = self._take_in(options["file"], edition.pk, dry_run=options["dry_run"])
        except OSError as error:
            raise CommandError(f"Cannot read {options['file']}: {error.strerror}.") from error
        except DomainError as refusal:
            raise CommandError(refusal.detail) from refusal
        self._show(report)
        if report.bad_rows:
            raise CommandError(
                f"Nothing was taken in: {len(report.bad_rows)} bad lines. Mend them and try again."
            )

    def _take_in(self, path: Path, edition_id: int, *, dry_run: bool) -> PriceReport:
        columns = (TextColumn("Reading"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        console = Console(stderr=True)
        with path.open("rb") as counted:
            rows = sum(1 for _ in counted)
        with (
            path.open(encoding="utf-8-sig", newline="") as lines,
            Progress(*columns, console=console, disable=not console.is_terminal) as progress,
        ):
            bar = progress.add_task("", total=rows)
            file = PriceFile(path.name, lines, (), lambda read: progress.advance(bar, read))
            return take_in_prices(
                actor=ACTOR, edition_id=edition_id, file=file, now=timezone.now(), dry_run=dry_run
            )

    def _show(self, report: PriceReport) -> None:
        for change in report.changes[:SHOWN]:
            before, after = format_cents(change.now_cents), format_cents(change.price_cents)
            self.stdout.write(f"{change.sku:<18} {before:>10} -> {after:>10}  {change.book}")
        for bad in report.bad_rows:
            self.stderr.write(self.style.ERROR(f"line {bad.line}, {bad.sku or '?'}: {bad.reason}"))
        self.stdout.write(
            f"{report.rows:,} lines: {report.dearer:,} dearer, {report.cheaper:,} cheaper,"
            f" {report.unchanged:,} as they are, {len(report.bad_rows):,} bad."
        )
        if report.is_applied:
            self.stdout.write(self.style.SUCCESS("They are in the draft."))
        elif not report.bad_rows:
            self.stdout.write("Dry run: nothing was changed.")
