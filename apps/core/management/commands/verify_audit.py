"""Prove that nobody changed the audit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import track

from apps.core.audit_checks import count_entries, find_broken_link, list_chains

if TYPE_CHECKING:
    from apps.core.audit_checks import BrokenLink


class Command(BaseCommand):
    help = (
        "Walk the audit's chains, each entry sealed onto the one before; exit with 1 where an"
        " entry was changed, lost or slipped in. Nothing is repaired."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--chain", help="one chain alone, such as terminal:3 or user:1")

    def handle(self, *args: Any, **options: Any) -> None:
        known, asked = list_chains(), options["chain"]
        if asked and asked not in known:
            raise CommandError(
                f"There is no chain {asked}. There are: {', '.join(known) or 'none'}."
            )
        chains = [asked] if asked else known
        console = Console(stderr=True)
        walk = track(chains, "Chains", console=console, disable=not console.is_terminal)
        broken = [link for chain in walk if (link := find_broken_link(chain))]
        for link in broken:
            self.stderr.write(self.style.ERROR(_say(link)))
        if broken:
            raise CommandError(
                f"{len(broken):,} of {len(chains):,} chains do not hold. Keep the database as it"
                " is, and compare the entries named with those of the last backup."
            )
        entries = count_entries(chains)
        self.stdout.write(
            self.style.SUCCESS(f"{entries:,} entries in {len(chains):,} chains: every seal holds")
        )


def _say(link: BrokenLink) -> str:
    return f"{link.chain}, entry {link.sequence}: {link.reason}"
