"""A head office beside the demo's stores: a second Tillhouse, which is told what they do."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone
from django_subatomic.db import transaction
from rich.table import Table

from apps.core.money import format_cents
from apps.sync.deeds import NewDestination
from apps.sync.services.arranging import add_destination
from apps.sync.standing import list_standings
from scripts.demo.loading import ACTOR
from scripts.demo.serving import BIN, run_process, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from rich.console import Console

    from scripts.demo.credentials import Credentials

CODE, NAME = "head-office", "Head office of the demo"
SALES = "order.completed"
# What is received stands in the head office's own database, so it is asked there.
COUNT = """
import json
from django.db.models import Count, Sum
from apps.sync.models import ReceivedFact
sold = ReceivedFact.objects.filter(type="order.completed").values("store").order_by("store")
print(json.dumps(list(sold.annotate(count=Count("pk"), cents=Sum("amount_cents")))))
"""


@contextlib.contextmanager
def head_office(port: int, known: Credentials, console: Console) -> Iterator[str]:
    """The second site, which knows the first one; its address."""
    with console.status("Opening a head office ..."):
        _manage("migrate", "--verbosity", "0")
        _make_owner(known)
    url = f"http://127.0.0.1:{port}"
    command: list[str | Path] = [BIN / "gunicorn", "-c", "python:config.gunicorn", "config.wsgi"]
    command += ["--bind", f"127.0.0.1:{port}", "--log-level", "warning"]
    command += ["--graceful-timeout", "5"]
    with run_process(command, "head-office.log", environment=_environment()) as process:
        wait_for(f"{url}/health/ready", process, "head-office.log")
        _introduce(url)
        yield url


def tell(console: Console) -> None:
    """Send what happened, and show that both sides have the same."""
    with console.status("Telling the head office of it ..."):
        try:
            call_command("sync_now", CODE, stdout=io.StringIO(), stderr=io.StringIO())
        except CommandError as error:
            console.print(f"[yellow]The head office was not told of everything: {error}[/yellow]")
    table = Table("store", "sales", "taken", title="The head office has received")
    for row in json.loads(_manage("shell", "--verbosity", "0", "-c", COUNT)):
        table.add_row(row["store"], f"{row['count']:,}", format_cents(row["cents"]))
    console.print(table)


def _introduce(url: str) -> None:
    """Once: the head office lets the stores in, and the stores are told where it is."""
    if any(each.code == CODE for each in list_standings()):
        return
    source = settings.SYNC_SOURCE
    secret = _manage("add_peer", source, "--name", "Stores of the demo")
    scopes = ("--scope", "sync:write", "--scope", "sync:read")
    token = _manage("issue_service_token", "Stores of the demo", "--source", source, *scopes)
    new = NewDestination(CODE, NAME, f"{url}/api/sync", token=token, secret=secret)
    with transaction():
        add_destination(actor=ACTOR, new=new, now=timezone.now())


def _make_owner(known: Credentials) -> None:
    """The same user and password as in the stores."""
    folder = _folder()
    if not (folder / "owner-made").exists():
        secret = {"DJANGO_SUPERUSER_PASSWORD": known.password}
        named = ("--username", known.username, "--email", "", "--noinput")
        _manage("createsuperuser", *named, extra=secret)
        (folder / "owner-made").touch()


def _manage(*arguments: str, extra: Mapping[str, str] | None = None) -> str:
    """What a command of the head office prints."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        env={**_environment(), **(extra or {})},
        cwd=settings.BASE_DIR,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


def _environment() -> dict[str, str]:
    return {**os.environ, "TILLHOUSE_VAR": str(_folder()), "SYNC_SOURCE": CODE}


def _folder() -> Path:
    folder: Path = settings.VAR_DIR / "demo" / CODE
    folder.mkdir(parents=True, exist_ok=True)
    return folder
