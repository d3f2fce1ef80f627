"""A product file is taken in whole or not at all, and the report says what it did or would do."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from apps.catalog.errors import ImportRefused
from apps.catalog.models import (
    Barcode,
    Category,
    ImportChange,
    ImportRun,
    ModifierGroup,
    Price,
    PriceBook,
    Product,
)
from apps.catalog.services.imports.reading import BadRow
from apps.catalog.services.imports.running import Change, ImportReport
from apps.core.models import AuditEntry
from apps.core.reference import read_revision
from apps.stores.types import BeverageType, TaxClass
from tests.goods import make_product

from .files import bottle, take_in, take_in_lines, upc

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
TABLES = (Barcode, Category, ImportChange, ImportRun, Price, PriceBook, Product, AuditEntry)


def everything() -> list[Any]:
    """All rows of all tables that an import writes, and the revision of reference data."""
    rows = [list(model._default_manager.order_by("pk").values()) for model in TABLES]
    return [*rows, read_revision()]


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    return report.created, report.changed, report.unchanged, len(report.bad_rows)


def faults(report: ImportReport) -> dict[int, str]:
    return {bad.line: bad.reason for bad in report.bad_rows}


def prices_of(sku: str) -> Sequence[int]:
    """Cents, the earliest start first."""
    prices = Price.objects.filter(product__sku=sku).order_by("starts_at")
    return list(prices.values_list("price_cents", flat=True))


# --- What a file makes ----------------------------------------------------------------------------


def test_a_new_product_has_all_that_its_row_says(now: datetime) -> None:
    ModifierGroup.objects.create(name="Gift wrap")
    report = take_in(bottle(barcodes=f"{upc(1)} {upc(2)}*6", modifier_groups="Gift wrap"), now=now)
    product = Product.objects.select_related("category").get()
    assert counts(report) == (1, 0, 0, 0)
    assert (product.sku, product.name, product.vendor) == (
        "BRB-1",
        "Bourbon BRB-1",
        "Tolliver Bend",
    )
    assert (product.category.department, product.category.name) == ("Spirits", "Bourbon")
    assert (product.beverage_type, product.tax_class) == ("SPIRITS", "ALCOHOL")
    assert (product.minimum_age, product.volume_ml) == (21, 750)
    assert (product.abv_percent, product.unit_cost_cents) == (Decimal("45.0"), 1200)
    assert set(product.barcodes.values_list("gtin", "pack_size")) == {
        (upc(1).zfill(14), 1),
        (upc(2).zfill(14), 6),
    }
    assert [group.name for group in product.modifier_groups.all()] == ["Gift wrap"]
    assert product.is_active


def test_a_new_price_begins_now_in_the_book_of_the_import(now: datetime) -> None:
    report = take_in(bottle(price="21.99"), now=now, book="AIRPORT")
    price = Price.objects.select_related("book").get()
    assert (price.book.code, price.book.name) == ("AIRPORT", "Airport")
    assert (price.price_cents, price.starts_at, price.created_by) == (2199, now, "Maria")
    assert price.import_run_id == report.run_id


def test_a_changed_price_is_a_new_dated_price_and_the_old_one_stays(now: datetime) -> None:
    take_in(bottle(price="21.99"), now=now)
    report = take_in(bottle(price="23.49"), now=now + DAY)
    assert report.changes == [
        Change(2, "BRB-1", "Bourbon BRB-1", is_new=False, differences=("price $21.99 -> $23.49",))
    ]
    assert list(Price.objects.order_by("starts_at").values_list("starts_at", "price_cents")) == [
        (now, 2199),
        (now + DAY, 2349),
    ]


def test_every_difference_is_told_in_words(now: datetime) -> None:
    take_in(bottle(), now=now)
    report = take_in(
        bottle(name="Rye", cost="", vendor="Acme", abv_percent="50", barcodes=upc(1)), now=now + DAY
    )
    assert report.changes[0].differences == (
        "name Bourbon BRB-1 -> Rye",
        "vendor Tolliver Bend -> Acme",
        "abv percent 45.0 -> 50.0",
        f"barcodes nothing -> {upc(1).zfill(14)}x1",
    )


def test_a_discontinued_product_is_taken_off_the_shelf_and_can_come_back(now: datetime) -> None:
    take_in(bottle(), now=now)
    take_in(bottle(discontinued="1"), now=now + DAY)
    assert not Product.objects.get().is_active
    take_in(bottle(discontinued="0"), now=now + 2 * DAY)
    assert Product.objects.get().is_active


def test_a_category_is_made_once_and_found_again(now: datetime) -> None:
    Category.objects.create(department="Wine", name="Red")
    report = take_in(
        bottle("A"), bottle("B"), bottle("C", department="Wine", category="Red"), now=now
    )
    take_in(bottle("D"), now=now + DAY)
    assert counts(report) == (3, 0, 0, 0)
    assert set(Category.objects.values_list("department", "name")) == {
        ("Wine", "Red"),
        ("Spirits", "Bourbon"),
    }


def test_spirits_over_the_limit_are_taken_in_with_a_warning(now: datetime) -> None:
    report = take_in(bottle("BIG", volume_ml="1751"), bottle("OK", volume_ml="1750"), now=now)
    assert (report.is_applied, Product.objects.count()) == (True, 2)
    (warning,) = report.warnings
    assert warning.startswith("line 2, BIG Bourbon BIG: Spirits over 1.75 L")
    assert warning.endswith("Tills will refuse it.")


def test_an_import_is_on_record_with_its_counts_and_who_did_it(now: datetime) -> None:
    take_in(bottle("A"), bottle("B"), now=now)
    report = take_in(bottle("A"), bottle("B", price="9.99"), bottle("C"), now=now + DAY)
    run = ImportRun.objects.get(pk=report.run_id)
    assert (run.created_count, run.changed_count, run.unchanged_count) == (1, 1, 1)
    assert set(run.changes.values_list("product__sku", flat=True)) == {"B", "C"}
    assert (run.file_name, run.actor_name, run.undone_at) == ("spring.csv", "Maria", None)
    entry = AuditEntry.objects.get(subject=f"import:{run.pk}")
    assert (entry.action, entry.actor_name) == ("products.imported", "Maria")
    assert entry.facts == {"file": "spring.csv", "created": 1, "changed": 1}


# --- What a file leaves alone ---------------------------------------------------------------------


def test_the_same_file_again_changes_nothing_and_leaves_no_trace(now: datetime) -> None:
    rows = [bottle("A", barcodes=f"{upc(2)}*6 {upc(1)}", cost="$1,000"), bottle("B", price="")]
    assert take_in(*rows, now=now).is_applied
    before = everything()
    again = take_in(*rows, now=now + DAY)
    assert counts(again) == (0, 0, 2, 0)
    assert (again.is_applied, again.changes) == (False, [])
    assert everything() == before


def test_a_code_that_a_manager_added_survives(now: datetime) -> None:
    take_in(bottle(barcodes=upc(1)), now=now)
    Barcode.objects.create(product=Product.objects.get(), gtin=upc(9).zfill(14), pack_size=4)
    take_in(bottle(barcodes=upc(2)), now=now + DAY)
    codes = {upc(1).zfill(14): 1, upc(2).zfill(14): 1, upc(9).zfill(14): 4}
    assert dict(Barcode.objects.values_list("gtin", "pack_size")) == codes


def test_a_pack_that_changed_its_size_has_the_new_one(now: datetime) -> None:
    take_in(bottle(barcodes=f"{upc(1)}*6"), now=now)
    take_in(bottle(barcodes=f"{upc(1)}*12"), now=now + DAY)
    assert Barcode.objects.get().pack_size == 12


@pytest.mark.parametrize("cell", ["vendor", "cost", "price"])
def test_an_empty_cell_leaves_what_is_known(cell: str, now: datetime) -> None:
    take_in(bottle(), now=now)
    report = take_in(bottle(**{cell: ""}), now=now + DAY)
    assert counts(report) == (0, 0, 1, 0)


def test_a_list_of_prices_alone_leaves_the_rest_of_a_product_as_it_is(now: datetime) -> None:
    take_in(bottle(discontinued="1"), now=now)
    report = take_in({"sku": "BRB-1", "name": "Bourbon BRB-1", "price": "9.99"}, now=now + DAY)
    assert report.changes[0].differences == ("price $21.99 -> $9.99",)


@pytest.mark.parametrize("beverage", ["beer", "Wine", "SPIRITS"])
def test_a_new_drink_without_a_tax_class_is_taxed_as_alcohol(beverage: str, now: datetime) -> None:
    take_in(bottle(beverage_type=beverage, tax_class=""), now=now)
    assert Product.objects.get().tax_class == TaxClass.ALCOHOL


def test_what_turns_out_to_be_a_drink_is_taxed_as_one(now: datetime) -> None:
    take_in(bottle(beverage_type="none", tax_class=""), now=now)
    take_in(bottle(beverage_type="wine", tax_class=""), now=now + DAY)
    assert Product.objects.get().tax_class == TaxClass.ALCOHOL


def test_a_new_product_that_a_row_says_little_of_is_plain(now: datetime) -> None:
    take_in({"sku": "A", "name": "Thing", "price": "1.00"}, now=now)
    product = Product.objects.select_related("category").get()
    assert (product.beverage_type, product.tax_class) == (BeverageType.NONE, TaxClass.GENERAL)
    assert (product.category.name, product.minimum_age) == ("General", 0)
    assert product.is_active
    assert product.tracks_stock


# --- All or nothing -------------------------------------------------------------------------------


def test_one_bad_row_keeps_the_whole_file_out(now: datetime) -> None:
    take_in(bottle("A"), now=now)
    before = everything()
    report = take_in(bottle("A", price="1"), bottle("B"), bottle("C", price="x"), now=now + DAY)
    assert (report.is_applied, counts(report)) == (False, (1, 1, 0, 1))
    assert everything() == before


def test_every_bad_row_is_named_whatever_its_fault(now: datetime) -> None:
    make_product("OTHER", barcodes=[(upc(1), 1)])
    report = take_in(
        bottle("A", price="x"),
        bottle("B", barcodes=upc(1)),
        bottle("C", barcodes=upc(2)),
        bottle("C"),
        bottle("D", barcodes=f"{upc(3)} {upc(2)}*6"),
        bottle("E", modifier_groups="Ribbon"),
        now=now,
    )
    assert faults(report) == {
        2: "price 'x' is not an amount such as 12.50",
        3: f"barcode {upc(1).zfill(14)} is OTHER's already",
        5: "sku C stands in line 4 already",
        6: f"barcode {upc(2).zfill(14)} is C's, in line 4",
        7: "modifier group 'Ribbon' does not exist",
    }


def test_a_file_that_breaks_off_in_the_middle_changes_nothing(now: datetime) -> None:
    endless = f'B,"{"x" * 200_000}\n'
    with pytest.raises(ImportRefused, match="near line 3"):
        take_in_lines(["sku,name,price\n", "A,Gin,1\n", endless], now=now)
    assert not Product.objects.exists()
    assert not ImportRun.objects.exists()


def test_a_code_that_its_owner_gave_up_is_free_to_be_taken(now: datetime) -> None:
    make_product("OLD", barcodes=[(upc(1), 1)])
    Barcode.objects.update(is_active=False)
    assert take_in(bottle("NEW", barcodes=upc(1)), now=now).is_applied


def test_a_group_of_modifiers_named_twice_is_linked_once(now: datetime) -> None:
    ModifierGroup.objects.create(name="Milk")
    assert take_in(bottle(modifier_groups="Milk|Milk"), now=now).is_applied


# --- A dry run ------------------------------------------------------------------------------------


def test_a_dry_run_changes_nothing(now: datetime) -> None:
    take_in(bottle("A"), now=now)
    before = everything()
    report = take_in(bottle("A", price="1"), bottle("B"), now=now + DAY, dry_run=True, book="NEW")
    assert not report.is_applied
    assert everything() == before


def test_a_dry_run_reports_exactly_what_the_real_run_then_does(now: datetime) -> None:
    take_in(bottle("A"), bottle("B"), now=now)
    rows = [bottle("A"), bottle("B", price="1", barcodes=upc(1)), bottle("C", volume_ml="3000")]
    tried = take_in(*rows, now=now + DAY, dry_run=True)
    done = take_in(*rows, now=now + DAY)
    assert counts(tried) == counts(done) == (1, 1, 1, 0)
    assert (tried.changes, tried.warnings) == (done.changes, done.warnings)
    assert prices_of("B") == [2199, 100]


def test_a_dry_run_names_the_bad_rows_too(now: datetime) -> None:
    report = take_in(bottle("A", name=""), now=now, dry_run=True)
    assert report.bad_rows == [BadRow(2, "A", "name is missing")]
