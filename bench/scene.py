"""The scene: a database with 10,000 products, five stores and eight tills with somebody at each.

Two hundred promotions are live in every store, those of `bench.register`.
"""

from __future__ import annotations

import io
import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.core.management import call_command
from django.db import connection

from apps.catalog.gtin import check_digit
from apps.catalog.models import pricing, product
from apps.stores import models as stores
from apps.stores.selectors import hash_token
from bench.promotions import load_promotions
from bench.register import CATEGORIES, DRINKS

PRODUCTS = 10_000
STORES = 5
TILLS = 8
ON_HAND = 1_000_000
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Desk:
    """One till with a cashier logged in."""

    terminal_id: int
    store_id: int
    token: str


@dataclass(frozen=True)
class Scene:
    """What the load needs to know of the database."""

    desks: tuple[Desk, ...]
    barcodes: tuple[str, ...]
    product_ids: tuple[int, ...]


def build_scene() -> Scene:
    """Fill the database that Django's settings name; takes some seconds."""
    call_command("migrate", verbosity=0)
    call_command("load_florida", stdout=io.StringIO())
    barcodes, product_ids = _make_products()
    categories = product.Category.objects.order_by("pk").values_list("pk", flat=True)
    load_promotions(product_ids, list(categories))
    rows = [_make_store(number) for number in range(1, STORES + 1)]
    _fill_shelves()
    desks = tuple(_make_desk(rows[i % STORES], i + 1) for i in range(TILLS))
    connection.close()  # clients are forked from this process, and the database is copied
    return Scene(desks, barcodes, product_ids)


def _make_products() -> tuple[tuple[str, ...], tuple[int, ...]]:
    book = pricing.PriceBook.objects.create(code="STANDARD", name="Standard")
    categories = product.Category.objects.bulk_create(
        product.Category(department="Spirits", name=f"Whiskey {number}")
        for number in range(CATEGORIES)
    )
    products = product.Product.objects.bulk_create(
        product.Product(
            sku=f"B{number:05d}",
            name=f"Benchmark Bourbon No. {number} 750 ml",
            category=categories[number % CATEGORIES],
            beverage_type=DRINKS[number % len(DRINKS)].value,
            tax_class="ALCOHOL",
            volume_ml=750,
            abv_percent=40,
        )
        for number in range(PRODUCTS)
    )
    codes = [f"4{number:010d}" for number in range(PRODUCTS)]
    barcodes = tuple(code + check_digit(code) for code in codes)
    product.Barcode.objects.bulk_create(
        product.Barcode(product=row, gtin=code.zfill(14))
        for row, code in zip(products, barcodes, strict=True)
    )
    pricing.Price.objects.bulk_create(
        pricing.Price(
            book=book,
            product=row,
            starts_at=LONG_AGO,
            price_cents=999 + 10 * (row.pk % 300),
            created_at=LONG_AGO,
            created_by="bench",
        )
        for row in products
    )
    return barcodes, tuple(row.pk for row in products)


def _make_store(number: int) -> stores.Store:
    row = stores.Store.objects.create(
        code=f"S{number}",
        name=f"Store {number}",
        address=f"{number} Ocean Drive, Fort Lauderdale, FL 33301",
        receipt_footer="Thank you. No returns of alcohol.",
        jurisdiction=stores.TaxJurisdiction.objects.get(name="Broward"),
        outlet_kind="PACKAGE_STORE",
    )
    stores.Licence.objects.create(store=row, kind="3PS", number="1", valid_from=date(2020, 1, 1))
    stores.SellingHours.objects.bulk_create(
        stores.SellingHours(store=row, weekday=day, opens_minute=0, closes_minute=1440)
        for day in range(7)
    )
    book = pricing.PriceBook.objects.get()
    pricing.StorePriceBook.objects.create(store=row, book=book)
    return row


def _fill_shelves() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO inventory_stockbalance (store_id, product_id, on_hand, reserved, version)"
            " SELECT s.id, p.id, %s, 0, 1 FROM stores_store s, catalog_product p",
            [ON_HAND],
        )
        cursor.execute(
            "INSERT INTO inventory_stockmovement"
            " (store_id, product_id, quantity, kind, document_id, reason, actor_name, at)"
            " SELECT store_id, product_id, on_hand, 'RECEIPT', gen_random_uuid(), '', 'bench',"
            " now() FROM inventory_stockbalance"
        )
        # Not the empty tables: a plan made for a table that is known to be empty scans it whole.
        cursor.execute("ANALYZE catalog_product, catalog_barcode, catalog_price")
        cursor.execute("ANALYZE inventory_stockbalance, inventory_stockmovement")


def _make_desk(store: stores.Store, number: int) -> Desk:
    terminal = stores.Terminal.objects.create(store=store, number=number, name=f"Till {number}")
    clerk = stores.Staff.objects.create(code=f"c{number}", name=f"Clerk {number}", role="CASHIER")
    clerk.stores.add(store)
    token, now = secrets.token_urlsafe(32), datetime.now(UTC)
    stores.TillSession.objects.create(
        terminal=terminal,
        staff=clerk,
        token_hash=hash_token(token),
        created_at=now,
        last_seen_at=now,
        expires_at=now + timedelta(hours=12),
    )
    return Desk(terminal.pk, store.pk, token)
