"""A head office beside the demo's stores: a second Tillhouse, which is told what they do.

It keeps the catalog too: the café reads its products and prices there.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone
from django_subatomic.db import transaction
from rich.table import Table

from apps.core.money import format_cents
from apps.sync.deeds import NewDestination
from apps.sync.services.arranging import add_destination
from apps.sync.services.following import NewHeadOffice, enter_head_office
from apps.sync.standing import list_standings
from scripts.demo.loading import ACTOR
from scripts.demo.serving import BIN, keep_running, run_process, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rich.console import Console

    from scripts.demo.credentials import Credentials
    from scripts.demo.hour import Counter

CODE, NAME = "head-office", "Head office of the demo"
STORES = "Stores of the demo"
READER, SKU, NAMED = "MIA", "CF-049", "Butter Croissant"  # who reads its catalog, and one of it
DEARER = 20  # cents
OPENING_LOG = "head-office-opening.log"


@contextlib.contextmanager
def opening() -> Iterator[subprocess.Popen[bytes]]:
    """Fill the head office with stores and catalogs, while the stores open theirs."""
    command: list[str | Path] = [sys.executable, "-m", "scripts.demo.central", "open"]
    with run_process(command, OPENING_LOG, environment=_environment()) as process:
        yield process


@contextlib.contextmanager
def head_office(
    port: int, known: Credentials, console: Console, filling: subprocess.Popen[bytes]
) -> Iterator[str]:
    """The second site, which knows the first one; its address."""
    with console.status("Opening a head office ..."):
        if filling.wait():
            log = settings.VAR_DIR / "demo" / OPENING_LOG
            raise SystemExit(f"The head office could not be opened; the log is {log}.")
    _write_environment()
    url = f"http://127.0.0.1:{port}"
    command: list[str | Path] = [BIN / "gunicorn", "-c", "python:config.gunicorn", "config.wsgi"]
    command += ["--bind", f"127.0.0.1:{port}", "--log-level", "warning"]
    command += ["--graceful-timeout", "5"]
    with run_process(command, "head-office.log", environment=_environment()) as process:
        _introduce(url, known)
        wait_for(f"{url}/health/ready", process, "head-office.log")
        yield url


@contextlib.contextmanager
def worker(console: Console) -> Iterator[None]:
    """The head office's own worker and schedule."""
    command: list[str | Path] = [BIN / "celery", "-A", "config", "worker", "--beat"]
    command += ["--pool", "threads", "--concurrency", "1", "--loglevel", "warning"]
    command += ["--schedule", _folder() / "beat"]
    name = "head-office-worker"
    with keep_running(name, command, console.print, environment=_environment()):
        yield


def tell(console: Console) -> None:
    """Send what happened, and show what the head office has of it."""
    with console.status("Telling the head office of it ..."):
        try:
            call_command("sync_now", CODE, stdout=io.StringIO(), stderr=io.StringIO())
        except CommandError as error:
            console.print(f"[yellow]The head office was not told of everything: {error}[/yellow]")
    columns = ("store", "sales", "taken", "cards", "shifts", "products on hand")
    table = Table(*columns, title="The head office has received")
    for row in _inside("count"):
        table.add_row(
            row["store"],
            f"{row['sales']:,}",
            format_cents(row["cents"] or 0),
            f"{row['cards']:,}",
            f"{row['shifts']:,}",
            f"{row['shelves']:,}",
        )
    console.print(table)


def change_a_price(console: Console, till: Counter) -> None:
    """The other way: what costs more at the head office costs more at the café's till."""
    before = till.find(SKU)["price_cents"]
    _inside("reprice", READER, SKU, str(before + DEARER))
    console.print(
        f"  [dim]Head office:[/dim] {NAMED} costs {format_cents(before + DEARER)} from now on"
    )
    try:
        call_command("pull_catalog", stdout=io.StringIO(), stderr=io.StringIO())
    except CommandError as error:
        console.print(f"[yellow]The catalog was not read: {error}[/yellow]")
    now = till.find(SKU)["price_cents"]
    till.say(f"{NAMED} was {format_cents(before)}, and is {format_cents(now)} here too")


def _introduce(url: str, known: Credentials) -> None:
    """Once: the head office lets the stores in, and the stores are told where it is."""
    if any(each.code == CODE for each in list_standings()):
        return
    given = _inside("admit", settings.SYNC_SOURCE, STORES, READER, known=known)
    secrets = {"token": given["token"], "secret": given["secret"]}
    new = NewDestination(CODE, NAME, f"{url}/api/sync", **secrets)
    now = timezone.now()
    with transaction():
        add_destination(actor=ACTOR, new=new, now=now)
        enter_head_office(actor=ACTOR, new=NewHeadOffice(url, given["catalog_token"]), now=now)


def _inside(*arguments: str, known: Credentials | None = None) -> Any:
    """What `scripts.demo.central` of the head office answers."""
    who = {"DEMO_USER": known.username, "DEMO_PASSWORD": known.password} if known else {}
    done = subprocess.run(
        [sys.executable, "-m", "scripts.demo.central", *arguments],
        env={**_environment(), **who},
        cwd=settings.BASE_DIR,
        check=True,
        capture_output=True,
        text=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def _write_environment() -> None:
    """What a shell needs so that `manage.py` speaks to the head office."""
    file = _folder() / "environment.sh"
    file.touch(mode=0o600)
    held = {name: _environment()[name] for name in ("TILLHOUSE_VAR", "SYNC_SOURCE")}
    file.write_text("".join(f"export {k}={shlex.quote(v)}\n" for k, v in held.items()))


def _environment() -> dict[str, str]:
    """That of the stores, but for their account at Stripe: the head office takes no cards."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("STRIPE_")}
    return {**ours, "TILLHOUSE_VAR": str(_folder().resolve()), "SYNC_SOURCE": CODE}


def _folder() -> Path:
    folder: Path = settings.VAR_DIR / "demo" / CODE
    folder.mkdir(parents=True, exist_ok=True)
    return folder
