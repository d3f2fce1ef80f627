"""Compare the books of past days with what destinations have of them."""

from __future__ import annotations

from datetime import date, timedelta
from io import StringIO
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from rich.console import Console
from rich.table import Table

from apps.core.money import format_cents
from apps.sync.comparing import NAMES
from apps.sync.services.reconciling.running import DAYS, list_codes, reconcile_day

if TYPE_CHECKING:
    from datetime import datetime

    from django.core.management.base import CommandParser

    from apps.sync.models import SyncReconciliation


class Command(BaseCommand):
    help = (
        "Compare the books of a business date with what each destination has of it, by store and"
        " type, and name what differs. Exits with 1 where something does, with 75 where a"
        " destination did not answer."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--day", help=f"a business date, YYYY-MM-DD. Default: the {DAYS} days before today."
        )
        parser.add_argument("--destination", metavar="CODE", help="one destination alone")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        days, codes = _read_days(options["day"], now), _choose(options["destination"])
        if not codes:
            self.stdout.write("There is no destination, so there is nothing to compare.")
        rows = [reconcile_day(code=code, day=day, now=now) for code in codes for day in days]
        for row in rows:
            self._show(row)
        _conclude(rows)

    def _show(self, row: SyncReconciliation) -> None:
        said = {
            "AGREES": "both books agree.",
            "DIFFERS": f"{row.difference_count:,} differences.",
            "NOT_COMPARED": f"it cannot be compared. {row.detail}",
            "NOT_REACHED": f"it was not reached. {row.detail}",
        }[row.state]
        self.stdout.write(f"{row.destination.code}, {row.day}: {said}")
        if row.state == "DIFFERS":
            self.stdout.write(_draw(row))
        for found in row.differences:
            self.stdout.write(f"  {found['sentence']}")
        if row.difference_count > len(row.differences):
            more = row.difference_count - len(row.differences)
            self.stdout.write(f"  and {more:,} more")
        if row.waiting_count:
            self.stdout.write(f"  {row.waiting_count:,} have not arrived yet; that is known:")
        for found in row.waiting[:20]:
            self.stdout.write(f"  {found['sentence']}")


def _draw(row: SyncReconciliation) -> str:
    table = Table("store", "what", "here", "", "there", "", "")
    for each in row.totals:
        table.add_row(
            each["store"],
            NAMES[each["type"]],
            f"{each['ours_count']:,}",
            format_cents(each["ours_cents"]),
            f"{each['theirs_count']:,}",
            format_cents(each["theirs_cents"]),
            each["verdict"],
        )
    drawn = StringIO()
    Console(file=drawn, width=100).print(table)
    return drawn.getvalue()


def _conclude(rows: list[SyncReconciliation]) -> None:
    """End with what a script can read.

    Raises:
        CommandError: something differs, or was not reached.
    """
    states = {row.state for row in rows}
    if "DIFFERS" in states:
        raise CommandError(
            "The books differ. Nothing was changed: see what to do in"
            " docs/operations/reconciliation.md."
        )
    if "NOT_REACHED" in states:
        raise CommandError("Not all destinations answered: try again.", returncode=75)


def _read_days(text: str | None, now: datetime) -> list[date]:
    if text is None:
        return [now.date() - timedelta(days=back) for back in range(DAYS, 0, -1)]
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"--day {text}: type a date like 2026-11-22.") from error
    if day > now.date() + timedelta(days=1):  # somewhere it may be tomorrow
        raise CommandError(f"--day {text} has not come yet: type one whose books are closed.")
    return [day]


def _choose(code: str | None) -> list[str]:
    codes = list_codes()
    if code is None:
        return codes
    if code not in codes:
        known = ", ".join(codes) or "none"
        raise CommandError(f"There is no destination {code}. There are: {known}.")
    return [code]
