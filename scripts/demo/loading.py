"""Filling an empty installation: Florida's tables, three stores, two catalogs, full shelves."""

from __future__ import annotations

import csv
import io
import random
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from django.core.management import call_command
from django_subatomic.db import transaction

from apps.catalog.selectors import list_product_ids
from apps.catalog.services.imports.running import ImportFile, import_products
from apps.catalog.services.modifiers import save_modifier_group
from apps.catalog.services.pricing import give_store_its_book
from apps.core.money import parse_dollars
from apps.core.types import system_actor
from apps.inventory.services.moving import move_stock
from apps.inventory.services.reordering import set_reorder_points
from apps.inventory.types import Document, Move, MovementKind
from apps.stores.selectors import find_store_id
from apps.stores.services.opening import add_terminal, hire_staff, open_store
from apps.stores.types import NewStaff, NewTerminal
from scripts.demo.shops import OWNER, SHOPS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from scripts.demo.shops import Person, Shop

CATALOGS = Path(__file__).resolve().parents[2] / "apps" / "catalog" / "demo"
ACTOR = system_actor("demo")
SEED = 33316
LOW_SHARE = 0.04  # of the shelves are nearly empty, so that the manager sees what to order


def load(now: datetime) -> None:
    """Set everything up as it stood at `now`."""
    call_command("load_florida", stdout=io.StringIO())
    with transaction():
        store_ids = [open_shop(shop, now) for shop in SHOPS]
        hire(OWNER, store_ids, now)
        load_modifiers(now)
    load_catalog("liquor.csv", "LIQUOR", now)
    load_catalog("cafe.csv", "CAFE", now)
    dice = random.Random(SEED)  # noqa: S311 - shelves, not secrets
    for shop in SHOPS:
        fill_shelves(shop, dice, now)


def open_shop(shop: Shop, now: datetime) -> int:
    store_id = open_store(actor=ACTOR, new=shop.store, now=now)
    give_store_its_book(store_id=store_id, code=shop.book, name=f"{shop.book.capitalize()} prices")
    for number, name in enumerate(shop.tills, start=1):
        add_terminal(actor=ACTOR, new=NewTerminal(store_id, number, name), now=now)
    for person in shop.people:
        hire(person, [store_id], now)
    return store_id


def hire(person: Person, store_ids: list[int], now: datetime) -> None:
    new = NewStaff(person.code, person.name, person.role, person.pin, tuple(store_ids))
    hire_staff(actor=ACTOR, new=new, now=now)


def load_modifiers(now: datetime) -> None:
    groups: dict[str, list[dict[str, str]]] = {}
    for row in _rows("modifiers.csv"):
        groups.setdefault(row["group"], []).append(row)
    for name, rows in groups.items():
        save_modifier_group(
            name=name,
            minimum=int(rows[0]["minimum"]),
            maximum=int(rows[0]["maximum"]),
            choices={row["name"]: parse_dollars(row["price"]) for row in rows},
            now=now,
        )


def load_catalog(name: str, book: str, now: datetime) -> None:
    with (CATALOGS / name).open(encoding="utf-8", newline="") as lines:
        report = import_products(actor=ACTOR, file=ImportFile(name, lines, book), now=now)
    if report.bad_rows:
        raise SystemExit(f"{name}: {report.bad_rows[0]}")


def fill_shelves(shop: Shop, dice: random.Random, now: datetime) -> None:
    """One delivery: cases of everything that is kept in stock, and a few shelves nearly empty."""
    store_id = find_store_id(code=shop.store.code)
    if store_id is None:
        raise SystemExit(f"The store {shop.store.code} is missing.")
    moves, points = [], {}
    for product_id in list_product_ids(sku_prefix=shop.skus, tracks_stock=True):
        point = dice.choice((6, 12, 12, 24))
        is_low = dice.random() < LOW_SHARE
        quantity = dice.randint(1, point) if is_low else point * dice.randint(4, 9)
        moves.append(Move(product_id, quantity))
        points[product_id] = point
    document = Document(uuid4(), MovementKind.RECEIPT, store_id, "Opening delivery")
    with transaction():
        move_stock(actor=ACTOR, document=document, moves=moves, now=now)
        set_reorder_points(store_id=store_id, points=points)


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (CATALOGS / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
