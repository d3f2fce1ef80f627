"""Prove that the books add up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from apps.core.ledgers import ledger_checks

if TYPE_CHECKING:
    from collections.abc import Iterable

SHOWN = 50


class Command(BaseCommand):
    help = "Recompute every ledger from its entries; exit with 1 where anything differs."

    def handle(self, *args: Any, **options: Any) -> None:
        faults = 0
        for name, check in ledger_checks().items():
            found = self.show(name, check())
            faults += found
        if faults:
            raise CommandError(
                f"{faults:,} differences. Nothing was repaired: find out why before you do."
            )

    def show(self, name: str, faults: Iterable[str]) -> int:
        """Print the faults of one ledger; their number."""
        count = 0
        for fault in faults:
            count += 1
            if count <= SHOWN:
                self.stderr.write(self.style.ERROR(f"{name}: {fault}"))
        if count > SHOWN:
            self.stderr.write(self.style.ERROR(f"{name}: ... and {count - SHOWN:,} more"))
        if not count:
            self.stdout.write(self.style.SUCCESS(f"{name}: adds up"))
        return count
