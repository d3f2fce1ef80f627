"""Bringing the embedded installation into being, once."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.utils import timezone

from apps.core import outbox
from apps.payments.reader_types import Address, NewReader
from apps.payments.selectors import list_readers
from apps.payments.services.readers import register_reader
from apps.stores.selectors import find_store_id, list_store_names
from config.celery import app
from scripts.demo import history, loading
from scripts.demo.offers import publish_offers
from scripts.demo.prices import write_next_prices
from scripts.demo.regulars import welcome
from scripts.demo.shops import HARBOR

if TYPE_CHECKING:
    from uuid import UUID

    from rich.console import Console

HISTORY_DAYS = 7
READER_CODE = "simulated-wpe"  # Stripe's own name of a reader that is none


def prepare(console: Console) -> None:
    """Migrate; load the stores and their history unless they are there."""
    call_command("migrate", verbosity=0)
    folder = settings.VAR_DIR / "demo"
    begun, done = folder / "set-up-begun", folder / "set-up-done"
    if done.exists():
        console.print("The demo's stores are there; their data is kept (`make clean` removes it).")
        return
    if begun.exists():
        raise SystemExit("An earlier set-up was interrupted. Start afresh: make clean demo")
    if list_store_names() or get_user_model().objects.exists():
        raise SystemExit(
            f"{settings.VAR_DIR} holds a shop of its own, and the demo keeps away from it."
            " Give the demo another folder: TILLHOUSE_VAR=/tmp/demo make demo"
        )
    folder.mkdir(exist_ok=True)
    begun.touch()
    now = timezone.now()
    with console.status("Opening three stores ..."):
        opened = now - timedelta(days=HISTORY_DAYS + 1)
        loading.load(opened)
        publish_offers(loading.ACTOR, cafe="MIA", now=opened)
        welcome(loading.ACTOR, now=now)
    sales = history.write_history(now, days=HISTORY_DAYS)
    with console.status("Telling everybody of a week of sales ..."):
        tell_of_history()
    write_next_prices(loading.ACTOR, now=now)
    done.touch()
    console.print(f"Three stores opened, with {sales} sales of the last {HISTORY_DAYS} days.")


def tell_of_history() -> None:
    """Do what follows from the past at once, so that the worker begins with today."""
    logging.getLogger("celery.app.trace").setLevel(logging.WARNING)  # a line for each of thousands
    app.loader.import_default_modules()
    outbox.relay(now=timezone.now(), send=_do)


def _do(task: str, event_id: UUID) -> None:
    app.tasks[task].apply((str(event_id),))


def place_reader() -> None:
    """Give the first store a card reader, unless it has one."""
    store_id = find_store_id(code=HARBOR.store.code)
    if store_id is None or list_readers(store_id=store_id).exists():
        return
    address = Address("1800 SE 17th St", "Fort Lauderdale", "FL", "33316")
    new = NewReader(store_id, READER_CODE, "Front counter", address)
    register_reader(actor=loading.ACTOR, new=new, now=timezone.now())
