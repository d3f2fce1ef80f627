"""Take in, try out, or take back a product file."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django_subatomic.db import transaction
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from apps.catalog.errors import ImportNotUndoable, ImportRefused, ImportUnknown
from apps.catalog.services.imports.books import find_books_instead
from apps.catalog.services.imports.running import ImportFile, ImportReport, import_products
from apps.catalog.services.imports.undoing import undo_import
from apps.core.types import system_actor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.core.management.base import CommandParser

ACTOR = system_actor("import_products")
SHOWN = 40


class Command(BaseCommand):
    help = "Import products from a CSV file: all or nothing, with a preview and an undo."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="CSV, UTF-8, first line a header")
        parser.add_argument("--dry-run", action="store_true", help="show what would change")
        parser.add_argument("--book", default="STANDARD", help="price book for the prices")
        parser.add_argument("--undo", metavar="ID", type=UUID, help="take this import back")
        parser.add_argument(
            "--all", action="store_true", help="show every change, not the first 40"
        )
        parser.add_argument("--yes", action="store_true", help="do not ask before an undo")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["undo"]:
            self.undo(options["undo"], ask=not options["yes"])
        elif options["file"]:
            self.take_in(options)
        else:
            raise CommandError("Name a FILE, or an import to take back with --undo ID.")

    def take_in(self, options: dict[str, Any]) -> None:
        path: Path = options["file"]
        try:
            with path.open(encoding="utf-8-sig", newline="") as lines, _progress(path) as advance:
                file = ImportFile(path.name, lines, options["book"], advance)
                report = import_products(
                    actor=ACTOR, file=file, now=timezone.now(), dry_run=options["dry_run"]
                )
        except OSError as error:
            raise CommandError(f"Cannot read {path}: {error.strerror}.") from error
        except ImportRefused as refusal:
            raise CommandError(refusal.detail) from refusal
        self.show(report, shown=sys.maxsize if options["all"] else SHOWN)
        self.warn_of_book(options["book"])
        if report.bad_rows:
            raise CommandError(
                f"Nothing was imported: {len(report.bad_rows)} bad rows. Mend them and try again."
            )

    def show(self, report: ImportReport, *, shown: int) -> None:
        """The report as lines: changes, warnings, bad rows, sums."""
        self.show_changes(report, shown)
        for warning in report.warnings:
            self.stdout.write(self.style.WARNING(f"! {warning}"))
        for bad in report.bad_rows:
            self.stderr.write(self.style.ERROR(f"line {bad.line}, {bad.sku or '?'}: {bad.reason}"))
        self.stdout.write(
            f"{report.rows:,} rows: {report.created:,} new, {report.changed:,} changed,"
            f" {report.unchanged:,} as they were, {len(report.bad_rows):,} bad."
        )
        if report.is_applied:
            self.stdout.write(
                self.style.SUCCESS(f"Imported. Undo with: import_products --undo {report.run_id}")
            )
        elif report.has_changes and not report.bad_rows:
            self.stdout.write("Dry run: nothing was changed.")
        elif not report.bad_rows:
            self.stdout.write("The catalog holds all of this already.")

    def warn_of_book(self, code: str) -> None:
        """Say so where no store sells by the book that the prices go into."""
        others = find_books_instead(code=code)
        if others is None:
            return
        mend = "Give a store this book (Back office, Price books)"
        if others:
            mend += f", or take the file in again with --book {others[0]}"
        self.stdout.write(
            self.style.WARNING(
                f"! No store sells by the price book {code}, so tills do not find its prices."
                f" Stores sell by: {', '.join(others) or 'no book yet'}. {mend}."
            )
        )

    def show_changes(self, report: ImportReport, shown: int) -> None:
        for change in report.changes[:shown]:
            self.stdout.write(f"{'+' if change.is_new else '~'} {change.sku:<18} {change.name}")
            for difference in change.differences:
                self.stdout.write(f"      {difference}")
        hidden = report.created + report.changed - len(report.changes[:shown])
        if hidden > 0:
            self.stdout.write(f"  ... and {hidden:,} more (--all shows them)")

    def undo(self, run_id: UUID, *, ask: bool) -> None:
        if ask and not _is_sure(f"Take import {run_id} back? [y/N] "):
            raise CommandError("Nothing was changed.")
        try:
            with transaction():
                run = undo_import(actor=ACTOR, run_id=run_id, now=timezone.now())
        except (ImportUnknown, ImportNotUndoable) as refusal:
            raise CommandError(refusal.detail) from refusal
        self.stdout.write(
            self.style.SUCCESS(
                f"Taken back: {run.created_count:,} new and {run.changed_count:,} changed products."
            )
        )


def _is_sure(question: str) -> bool:
    try:
        return input(question).strip().lower() in {"y", "yes"}
    except EOFError:
        return False


@contextmanager
def _progress(path: Path) -> Iterator[Callable[[int], None]]:
    """A bar on the terminal, where there is one; yields what moves it on by a number of rows."""
    with path.open("rb") as file:
        rows = max(0, sum(1 for _ in file) - 1)
    columns = (TextColumn("Reading"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("rows", total=rows)
        yield lambda read: progress.advance(task, read)
