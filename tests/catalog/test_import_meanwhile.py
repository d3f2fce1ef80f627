"""A file is read while managers work; what they do meanwhile is seen before anything is written."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_subatomic.db import transaction

from apps.catalog.models import Barcode, ImportRun, Price, Product
from apps.catalog.services.imports.running import ImportFile, ImportReport, import_products
from apps.catalog.services.pricing import schedule_price
from apps.catalog.types import PricePoint
from apps.core.reference import bump_revision, read_revision
from tests.factories import MANAGER

from .files import bottle, file_of, take_in, upc

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from .conftest import Asker
    from .files import Cells

pytestmark = pytest.mark.django_db

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


def take_in_while(
    meanwhile: Callable[[], object], *rows: Cells, now: datetime, dry_run: bool = False
) -> ImportReport:
    """Import rows; all of them are read and compared when `meanwhile` happens."""

    def happen(_rows: int) -> None:
        meanwhile()

    file = ImportFile("spring.csv", file_of(*rows), "STANDARD", happen)
    return import_products(actor=MANAGER, file=file, now=now, dry_run=dry_run)


def counts(report: ImportReport) -> tuple[int, int, int, bool]:
    return report.created, report.changed, report.unchanged, report.is_applied


def rename(sku: str, name: str) -> None:
    """As the back office saves a product."""
    with transaction():
        Product.objects.filter(sku=sku).update(name=name)
        bump_revision()


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_a_file_is_read(now: datetime) -> None:
    seen: list[bool] = []
    for dry_run in (True, False):
        take_in_while(
            lambda: seen.append(connection.in_atomic_block), bottle(), now=now, dry_run=dry_run
        )
    assert seen == [False, False]


def test_a_dry_run_only_reads(now: datetime) -> None:
    with CaptureQueriesContext(connection) as queries:
        report = take_in(bottle(barcodes=upc(1)), now=now, dry_run=True, book="NEW")
    assert report.has_changes
    assert {query["sql"].split()[0] for query in queries} == {"SELECT"}


def test_a_file_that_was_taken_in_meanwhile_changes_nothing_again(now: datetime) -> None:
    rows = [bottle("A", barcodes=upc(1)), bottle("B")]
    revisions: list[int] = []

    def other() -> None:
        take_in(*rows, now=now + SECOND)
        revisions.append(read_revision())

    report = take_in_while(other, *rows, now=now)
    assert counts(report) == (0, 0, 2, False)
    assert (ImportRun.objects.count(), Price.objects.count()) == (1, 2)
    assert [read_revision()] == revisions


def test_a_product_that_was_made_meanwhile_is_changed_and_not_made_twice(
    till: Asker, now: datetime
) -> None:
    report = take_in_while(
        lambda: take_in(bottle(price="1.00"), now=now + SECOND), bottle(price="2.00"), now=now
    )
    assert counts(report) == (0, 1, 0, True)
    assert report.changes[0].differences == ("price $1.00 -> $2.00",)
    assert till.price(Product.objects.get().pk, now + DAY) == 200


def test_a_price_that_was_set_at_the_same_instant_meanwhile_gives_way(
    till: Asker, now: datetime
) -> None:
    take_in(bottle(price="1.00"), now=now)
    product = Product.objects.get()
    at = now + DAY

    def reprice() -> None:
        book = Price.objects.get().book_id
        point = PricePoint(at, 150)
        with transaction():
            schedule_price(actor=MANAGER, book_id=book, product_id=product.pk, point=point, now=at)

    report = take_in_while(reprice, bottle(price="2.00"), now=at)
    assert report.changes[0].differences == ("price $1.50 -> $2.00",)
    assert till.price(product.pk, at + SECOND) == 200


def test_what_a_manager_changed_meanwhile_stays_where_the_file_does_not_say_otherwise(
    now: datetime,
) -> None:
    take_in(bottle("A", vendor="Old"), bottle("B"), now=now)
    sparse = {"sku": "A", "name": "Bourbon A", "cost": "5.00", "price": "21.99"}

    def resell() -> None:
        Product.objects.filter(sku="A").update(vendor="Acme")
        rename("B", "Rye")

    take_in_while(resell, sparse, now=now + DAY)
    product = Product.objects.get(sku="A")
    assert (product.vendor, product.unit_cost_cents) == ("Acme", 500)
    assert Product.objects.get(sku="B").name == "Rye"


def test_a_code_that_was_given_away_meanwhile_keeps_the_file_out(now: datetime) -> None:
    take_in(bottle("OTHER"), now=now)

    def give_away() -> None:
        Barcode.objects.create(product=Product.objects.get(), gtin=upc(1).zfill(14))
        rename("OTHER", "Other")

    report = take_in_while(give_away, bottle("A", barcodes=upc(1)), bottle("B"), now=now + DAY)
    assert [bad.reason for bad in report.bad_rows] == [
        f"barcode {upc(1).zfill(14)} is OTHER's already"
    ]
    assert (report.is_applied, Product.objects.count()) == (False, 1)
