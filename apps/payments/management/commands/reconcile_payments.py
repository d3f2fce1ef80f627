"""Match Stripe's books with ours by hand."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from apps.core.errors import DomainError
from apps.core.money import format_cents
from apps.payments.selectors import list_open_differences
from apps.payments.services.reconciling import reconcile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apps.payments.models import Difference, Reconciliation

_AGO = re.compile(r"(\d{1,3})([dh])")
_UNITS = {"d": "days", "h": "hours"}
_A_WEEK = "7d"


class Command(BaseCommand):
    help = (
        "Match the payments, refunds and payouts at Stripe with ours, both ways. Differences stand"
        " in the back office as well. Exits with 1 while any is open."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--since",
            default=_A_WEEK,
            help="where to begin: 7d, 36h, or a date such as 2026-11-01 (UTC). Default: 7d.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        since = read_since(options["since"], now)
        try:
            run = self._reconcile(since, now)
        except DomainError as refusal:
            raise CommandError(refusal.detail, returncode=75) from refusal  # EX_TEMPFAIL
        self._show(run, list(list_open_differences()))

    def _reconcile(self, since: datetime, now: datetime) -> Reconciliation:
        columns = (TextColumn("Comparing"), BarColumn(), TaskProgressColumn())
        progress = Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True))
        with progress:
            bar = progress.add_task("", total=1.0)
            return reconcile(
                since=since, now=now, told=lambda share: progress.update(bar, completed=share)
            )

    def _show(self, run: Reconciliation, differences: Sequence[Difference]) -> None:
        self.stdout.write(
            f"{run.payments_read:,} payments of ours, {run.intents_read:,} at Stripe and"
            f" {run.entries_read:,} lines of its ledger compared, from {run.since:%Y-%m-%d %H:%M}"
            f" to {run.until:%Y-%m-%d %H:%M} UTC."
        )
        if not differences:
            self.stdout.write(self.style.SUCCESS("Both books agree."))
            return
        table = Table("found", "what", "ours", "Stripe's", "about", "subject")
        for row in differences:
            amounts = (format_cents(row.ours_cents), format_cents(row.theirs_cents))
            found = f"{row.found_at:%Y-%m-%d %H:%M}"
            table.add_row(found, row.get_kind_display(), *amounts, row.detail, row.subject)
        drawn = StringIO()
        Console(file=drawn, width=160).print(table)
        self.stdout.write(drawn.getvalue())
        raise CommandError(
            f"{len(differences):,} differences are open. Nothing was changed: see to them under"
            " Differences in the back office, and close each with a note."
        )


def read_since(text: str, now: datetime) -> datetime:
    """The instant that `--since` names.

    Raises:
        CommandError: it is none, or in the future.
    """
    ago = _AGO.fullmatch(text)
    try:
        since = (
            now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
            if ago
            else datetime.fromisoformat(text)
        )
    except ValueError as error:
        raise CommandError(f"--since {text}: type 7d, 36h, or a date like 2026-11-01.") from error
    since = since if since.tzinfo else since.replace(tzinfo=UTC)
    if since >= now:
        raise CommandError(f"--since {text} is in the future.")
    return since.replace(microsecond=0)
