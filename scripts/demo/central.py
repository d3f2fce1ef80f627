"""Inside the demo's head office: run there, over its own data, as `python -m scripts.demo.central`.

`open` fills it, `admit` lets the stores in and prints what they need, `reprice` changes a price,
and `count` prints what has arrived. What is printed is JSON.
"""

from __future__ import annotations

import argparse
import io
import json
import os
from datetime import timedelta
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
OPENED = timedelta(days=30)  # ago: before the stores that read its catalog
SALES, SHIFTS = "order.completed", "shift.closed"
CARDS = ("payment.captured", "payment.refunded")


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts.demo.central", description=__doc__)
    deeds = parser.add_subparsers(dest="deed", required=True)
    deeds.add_parser("open", help="migrate, and fill in stores and catalogs")
    admit_stores = deeds.add_parser("admit", help="let an installation in")
    admit_stores.add_argument("source")
    admit_stores.add_argument("name")
    admit_stores.add_argument("store", help="code of the store that reads its catalog here")
    change = deeds.add_parser("reprice", help="another price from now on")
    change.add_argument("store")
    change.add_argument("sku")
    change.add_argument("cents", type=int)
    deeds.add_parser("count", help="what has arrived, by store")
    given = vars(parser.parse_args())
    django.setup()
    done = _DEEDS[given.pop("deed")](**given)
    print(json.dumps(done))


def open_office() -> None:
    """The stores and everything they sell, as a head office knows them: no tills, no shelves."""
    from django.core.management import call_command  # noqa: PLC0415 - needs Django
    from django.utils import timezone  # noqa: PLC0415
    from django_subatomic.db import transaction  # noqa: PLC0415

    from apps.catalog.selectors import list_product_ids  # noqa: PLC0415
    from apps.catalog.services.pricing import give_store_its_book  # noqa: PLC0415
    from apps.stores.services.opening import open_store  # noqa: PLC0415
    from scripts.demo import loading, shops  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    if list_product_ids(sku_prefix=shops.CAFE.skus):  # they are filled in last
        return
    opened = timezone.now() - OPENED
    call_command("load_florida", stdout=io.StringIO())
    with transaction():
        for shop in shops.SHOPS:
            store_id = open_store(actor=loading.ACTOR, new=shop.store, now=opened)
            name = f"{shop.book.capitalize()} prices"
            give_store_its_book(store_id=store_id, code=shop.book, name=name)
        loading.load_modifiers(opened)
    loading.load_catalog("liquor.csv", "LIQUOR", opened)
    loading.load_catalog("cafe.csv", "CAFE", opened)


def admit(source: str, name: str, store: str) -> dict[str, str]:
    """A peer with its secret, and two tokens: to tell us, and to read a store's catalog."""
    from django.contrib.auth import get_user_model  # noqa: PLC0415 - needs Django
    from django.utils import timezone  # noqa: PLC0415
    from django_subatomic.db import transaction  # noqa: PLC0415

    from apps.stores.selectors import find_store_id  # noqa: PLC0415
    from apps.stores.service_types import NewServiceToken, Scope  # noqa: PLC0415
    from apps.stores.services.service_tokens import issue_service_token  # noqa: PLC0415
    from apps.sync.services.peers import add_peer  # noqa: PLC0415
    from scripts.demo.loading import ACTOR  # noqa: PLC0415

    now = timezone.now()
    telling = NewServiceToken(name, (Scope.SYNC_WRITE, Scope.SYNC_READ), source)
    its_store = find_store_id(code=store)
    reading = NewServiceToken(f"{name}: catalog", (Scope.CATALOG_READ,), source, its_store)
    get_user_model().objects.create_superuser(
        os.environ["DEMO_USER"], password=os.environ["DEMO_PASSWORD"]
    )
    with transaction():
        return {
            "secret": add_peer(actor=ACTOR, source=source, name=name, after=0, now=now),
            "token": issue_service_token(actor=ACTOR, new=telling, now=now),
            "catalog_token": issue_service_token(actor=ACTOR, new=reading, now=now),
        }


def reprice(store: str, sku: str, cents: int) -> None:
    """As an owner at the head office would, in the back office."""
    from django.utils import timezone  # noqa: PLC0415 - needs Django
    from django_subatomic.db import transaction  # noqa: PLC0415

    from apps.catalog.selectors import list_product_ids  # noqa: PLC0415
    from apps.catalog.services.pricing import schedule_price  # noqa: PLC0415
    from apps.catalog.shelf import book_of  # noqa: PLC0415
    from apps.catalog.types import PricePoint  # noqa: PLC0415
    from apps.core.reference import read_revision  # noqa: PLC0415
    from apps.stores.selectors import find_store_id  # noqa: PLC0415
    from scripts.demo.loading import ACTOR  # noqa: PLC0415

    now = timezone.now()
    book_id, _ = book_of(store_id=find_store_id(code=store) or 0, revision=read_revision())
    (product_id,) = list_product_ids(sku_prefix=sku)
    with transaction():
        schedule_price(
            actor=ACTOR,
            book_id=book_id,
            product_id=product_id,
            point=PricePoint(now, cents),
            now=now,
        )


def count() -> list[dict[str, Any]]:
    """What the stores have told, store by store."""
    from django.db.models import Count, Q, Sum  # noqa: PLC0415 - needs Django

    from apps.sync.models import ReceivedFact, RemoteStock  # noqa: PLC0415

    facts = ReceivedFact.objects.filter(state="ACCEPTED", type__in=(SALES, SHIFTS, *CARDS))
    rows = facts.values("store").order_by("store").annotate(
        sales=Count("pk", filter=Q(type=SALES)),
        cents=Sum("amount_cents", filter=Q(type=SALES)),
        cards=Count("pk", filter=Q(type__in=CARDS)),
        shifts=Count("pk", filter=Q(type=SHIFTS)),
    )  # fmt: skip
    stocked = RemoteStock.objects.values("store").order_by().annotate(count=Count("pk"))
    shelves = dict(stocked.values_list("store", "count"))
    return [{**row, "shelves": shelves.get(row["store"], 0)} for row in rows]


_DEEDS: dict[str, Any] = {
    "open": open_office,
    "admit": admit,
    "reprice": reprice,
    "count": count,
}

if __name__ == "__main__":
    main()
