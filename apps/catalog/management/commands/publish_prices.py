"""Publish an edition of prices, or roll it back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django_subatomic.db import transaction
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from apps.catalog.editions import compare, find_warnings, get_edition_named
from apps.catalog.services.editions.publishing import publish_edition, roll_back_edition
from apps.core.errors import DomainError
from apps.core.types import system_actor

if TYPE_CHECKING:
    from django.core.management.base import CommandParser

    from apps.catalog.models import PriceEdition

ACTOR = system_actor("publish_prices")


class Command(BaseCommand):
    help = "Publish an edition of prices, or roll a published one back, after a question."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code", help="code of the edition")
        parser.add_argument("--roll-back", action="store_true", help="let hold what held before")
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            edition = get_edition_named(code=options["code"])
            self._show(edition)
            verb = "Roll it back" if options["roll_back"] else "Publish it"
            if not (options["yes"] or _is_sure(f"{verb}? [y/N] ")):
                raise CommandError("Nothing was changed.")
            if options["roll_back"]:
                with transaction():
                    roll_back_edition(actor=ACTOR, edition_id=edition.pk, now=timezone.now())
                self.stdout.write(self.style.SUCCESS("Rolled back: what held before holds again."))
            else:
                self._publish(edition)
        except DomainError as refusal:
            raise CommandError(refusal.detail) from refusal

    def _publish(self, edition: PriceEdition) -> None:
        total = compare(edition, timezone.now()).prices
        columns = (TextColumn("Writing"), BarColumn(), MofNCompleteColumn())
        console = Console(stderr=True)
        with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
            bar = progress.add_task("", total=total)
            with transaction():
                published = publish_edition(
                    actor=ACTOR,
                    edition_id=edition.pk,
                    now=timezone.now(),
                    on_progress=lambda prices: progress.advance(bar, prices),
                )
        start = published.starts_at
        self.stdout.write(
            self.style.SUCCESS(f"Published; in force from {start:%Y-%m-%d %H:%M} UTC.")
        )

    def _show(self, edition: PriceEdition) -> None:
        now = timezone.now()
        counts = compare(edition, now)
        self.stdout.write(
            f"{edition}: {counts.prices:,} prices, {counts.dearer:,} dearer and"
            f" {counts.cheaper:,} cheaper than today's."
        )
        for warning in find_warnings(edition, now):
            self.stdout.write(self.style.WARNING(f"! {warning}"))


def _is_sure(question: str) -> bool:
    try:
        return input(question).strip().lower() in {"y", "yes"}
    except EOFError:
        return False
