"""`make demo`: from nothing to three stores that sell, in one command.

Sets the embedded installation up, writes a week of history, serves the site, sells for an hour over
HTTP, and stays up until Ctrl-C; with --once it ends after the hour. A second run keeps the data.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sys
from typing import TYPE_CHECKING

import django
from rich.console import Console
from rich.panel import Panel
from rich.table import Table

from scripts.demo import papers, stripe

if TYPE_CHECKING:
    from pathlib import Path

    from scripts.demo.credentials import Credentials
    from scripts.demo.hour import Counter

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
console = Console(highlight=False, soft_wrap=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--once", action="store_true", help="end after the scripted hour")
    parser.add_argument("--seed", action="store_true", help="end without the hour")
    arguments = parser.parse_args()
    stripe_url = stripe.configure()
    mail_folder = papers.configure()
    django.setup()
    from scripts.demo import credentials, head_office, serving, setup  # noqa: PLC0415 - need Django

    base_url = f"http://127.0.0.1:{arguments.port}"
    with contextlib.ExitStack() as running:
        filling = running.enter_context(head_office.opening())
        setup.prepare(console)
        running.enter_context(stripe.simulator(stripe_url, console))
        stripe.tell(stripe_url, base_url)
        stripe.write_environment()
        setup.place_reader()
        running.enter_context(serving.site(arguments.port, console))
        running.enter_context(serving.worker(console))
        known = credentials.ensure(base_url, stripe_url)
        office = running.enter_context(
            head_office.head_office(arguments.port + 1, known, console, filling)
        )
        if not arguments.seed:
            *_, cafe = play(known)
            head_office.tell(console)
            head_office.change_a_price(console, cafe)
        show(known, mail_folder, office)
        if arguments.once or arguments.seed:
            return 0
        running.enter_context(head_office.worker(console))
        console.print("The site stays up. Ctrl-C ends it.\n")
        serving.wait_for_interrupt()
    return 0


def play(known: Credentials) -> list[Counter]:
    """The scripted hour, and what it came to; the counters, the café's the last."""
    from scripts.demo import scenes  # noqa: PLC0415 - needs Django set up

    counters: list[Counter] = []
    for scene in (scenes.liquor_store, scenes.second_store, scenes.cafe):
        counters += scene(console, lambda store, staff: known.log_in(console, store, staff))
    from apps.core.money import format_cents  # noqa: PLC0415

    table = Table("till", "cashier", "sales", "taken", title="The hour")
    for counter in counters:
        table.add_row(counter.name, counter.clerk, str(counter.sold), format_cents(counter.cents))
    console.print(table)
    return counters


def show(known: Credentials, mail_folder: Path, office: str) -> None:
    """Where to go from here."""
    folder = known.shown_path.parent
    console.print(
        Panel.fit(
            f"[bold]Back office[/bold]   {known.base_url}/admin/\n"
            f"  user [cyan]{known.username}[/cyan], password [cyan]{known.password}[/cyan]\n"
            f"[bold]Head office[/bold]   {office}/admin/ (the same user)\n"
            "  told every five minutes; the café reads its prices there\n"
            f"[bold]Stripe[/bold]        {known.stripe_url} (a simulator: press for trouble)\n"
            f"[bold]E-mails[/bold]       {mail_folder} (nobody gets one)\n"
            f"[bold]Terminal API[/bold]  {known.base_url}/api/docs\n"
            f"  staff codes, PINs and terminal tokens: {known.shown_path}\n"
            f"[bold]manage.py[/bold]     first: . {folder}/environment.sh\n"
            f"  of the head office: . {folder}/head-office/environment.sh",
            title="Tillhouse",
        )
    )


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(main())
