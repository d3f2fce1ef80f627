"""How far each destination has been told."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from rich.console import Console
from rich.table import Table

from apps.sync.standing import list_standings
from apps.sync.types import RUNNING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.core.management.base import CommandParser

    from apps.sync.standing import Standing

WIDTH = 110
_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"))


class Command(BaseCommand):
    help = "Show what waits for each destination, since when, and what it did not take."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="for a program")

    def handle(self, *args: Any, **options: Any) -> None:
        standings, now = list_standings(), timezone.now()
        if options["json"]:
            rows = [dataclasses.asdict(each) for each in standings]
            self.stdout.write(json.dumps(rows, indent=2, default=_as_text))
        elif not standings:
            self.stdout.write("There is no destination. Add one: manage.py add_destination --help")
        else:
            self._show(standings, now)

    def _show(self, standings: Sequence[Standing], now: datetime) -> None:
        table = Table("destination", "state", "pending", "oldest", "undelivered", "next attempt")
        for each in standings:
            undelivered = ", ".join(f"{n:,} {state}" for state, n in each.undelivered.items())
            due = each.next_attempt_at
            wait = "with the next beat" if due is None or due <= now else f"in {_span(due, now)}"
            oldest = _span(now, each.oldest_at) if each.oldest_at else ""
            next_one = wait if each.state in RUNNING else ""
            table.add_row(each.code, each.state, f"{each.pending:,}", oldest, undelivered, next_one)
        console = Console(file=self.stdout, width=WIDTH)  # type: ignore[arg-type]
        console.print(table)
        for each in standings:
            if each.reason:
                console.print(f"{each.code}: {each.reason}", soft_wrap=True, markup=False)


def _span(later: datetime, earlier: datetime) -> str:
    seconds = max(0, round((later - earlier).total_seconds()))
    for unit, name in _UNITS:
        if seconds >= unit:
            return f"{seconds // unit} {name}"
    return f"{seconds} s"


def _as_text(value: datetime) -> str:
    return value.isoformat()
