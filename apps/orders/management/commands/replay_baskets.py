"""What the baskets of the last days would cost under a draft of prices."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from apps.catalog.editions import compare, get_edition_named
from apps.core.errors import DomainError
from apps.core.money import format_cents
from apps.orders.services.replaying.past import Span, count_baskets
from apps.orders.services.replaying.running import replay
from apps.stores.selectors import find_store_id

if TYPE_CHECKING:
    from datetime import datetime

    from apps.catalog.models import PriceEdition
    from apps.orders.services.replaying.summing import Tally

MOST_DAYS = 400
MOST_PRODUCTS = 10
WIDTH = 110  # columns, so that no amount is cut short


class Command(BaseCommand):
    help = (
        "Price the baskets of the last days again, at today's prices and under a draft of prices,"
        " as the tills would have. Nothing is changed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--book", required=True, metavar="CODE", help="code of the edition")
        parser.add_argument("--days", type=int, default=7, help="how many days back; 7 is usual")
        parser.add_argument("--store", metavar="CODE", help="one store alone")
        parser.add_argument("--json", action="store_true", help="everything, for a program")

    def handle(self, *args: Any, **options: Any) -> None:
        now, days = timezone.now(), options["days"]
        if not 1 <= days <= MOST_DAYS:
            raise CommandError(f"--days is a number from 1 to {MOST_DAYS}.")
        try:
            edition = get_edition_named(code=options["book"])
        except DomainError as refusal:
            raise CommandError(refusal.detail) from refusal
        span = Span(now - timedelta(days=days), now, _store_of(options["store"]))
        tally = self._replay(edition, span, now)
        if options["json"]:
            report = {
                "edition": edition.code,
                "version": edition.version,
                "since": span.since.isoformat(),
                "until": span.until.isoformat(),
                "store": options["store"],
                **tally.as_json(),
            }
            self.stdout.write(json.dumps(report, indent=2))
            return
        self._show(edition, span, tally)

    def _replay(self, edition: PriceEdition, span: Span, now: datetime) -> Tally:
        columns = (TextColumn("Pricing"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        console = Console(stderr=True)
        with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
            bar = progress.add_task("", total=count_baskets(span))
            return replay(
                edition=edition,
                span=span,
                now=now,
                on_progress=lambda baskets: progress.advance(bar, baskets),
            )

    def _show(self, edition: PriceEdition, span: Span, tally: Tally) -> None:
        found: Any = tally.as_json(products=MOST_PRODUCTS)
        counts = compare(edition, span.until)
        console = Console(file=self.stdout, width=WIDTH)  # type: ignore[arg-type]
        console.print(
            f"{edition} over {found['total']['baskets']:,} baskets since"
            f" {span.since:%Y-%m-%d %H:%M} UTC; {counts.prices:,} prices:"
            f" {counts.dearer:,} dearer, {counts.cheaper:,} cheaper.",
            soft_wrap=True,
        )
        rows = [("all", found["total"])]
        rows += [(each["day"], each) for each in found["by_day"]]
        rows += [(each["store"], each) for each in found["by_store"]]
        console.print(_sums(rows))
        console.print(
            f"Baskets: {found['dearer']:,} dearer, {found['cheaper']:,} cheaper,"
            f" {found['unchanged']:,} unchanged.",
            soft_wrap=True,
        )
        for title, key in (("Bring more", "winners"), ("Bring less", "losers")):
            if found[key]:
                console.print(_products(title, found[key]))
        for warning in warnings_of(found):
            self.stdout.write(self.style.WARNING(f"! {warning}"))


def warnings_of(found: dict[str, Any]) -> list[str]:
    """What somebody should look at before the draft is published."""
    said = []
    if below := found["below_cost_products"]:
        skus = ", ".join(each["sku"] for each in found["below_cost"][:5])
        said.append(f"{below:,} products would be sold below cost, promotions included: {skus}.")
    if found["at_floor_lines"]:
        said.append(f"{found['at_floor_lines']:,} lines of alcohol stop at the store's floor.")
    if found["unpriced"]:
        said.append(f"{found['unpriced']:,} baskets have no tax rate on file and are left out.")
    return said


def _store_of(code: str | None) -> int | None:
    if code is None:
        return None
    store_id = find_store_id(code=code)
    if store_id is None:
        raise CommandError(f"There is no store {code}.")
    return store_id


def _sums(rows: list[tuple[str, dict[str, int]]]) -> Table:
    table = Table("", "baskets", "charged then", "today's prices", "draft", "change")
    for column in table.columns[1:]:
        column.justify = "right"
    for name, sums in rows:
        cents = ("charged_cents", "live_cents", "draft_cents", "change_cents")
        table.add_row(name, f"{sums['baskets']:,}", *(format_cents(sums[key]) for key in cents))
    return table


def _products(title: str, products: list[dict[str, Any]]) -> Table:
    table = Table(title, "", "units", "today's prices", "draft", "change")
    for column in table.columns[2:]:
        column.justify = "right"
    for each in products:
        cents = (format_cents(each[key]) for key in ("live_cents", "draft_cents", "change_cents"))
        table.add_row(each["sku"], each["name"], f"{each['units']:,}", *cents)
    return table
