"""What a head office says holds here; only what differs is written, told and audited."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django_subatomic.db import transaction

from apps.catalog.models import Barcode, ModifierGroup, Price, Product
from apps.catalog.services.central.following import (
    Taken,
    find_idle_books,
    retire_others,
    take_over,
)
from apps.catalog.services.central.reading import Refused, Renamed, read_change
from apps.core.models import AuditEntry
from apps.core.reference import read_revision
from apps.core.types import system_actor
from tests.catalog.central.documents import bottle, gone, milk, priced
from tests.facts import forget, told, told_once
from tests.goods import make_product, make_snack, receive

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from apps.catalog.models import PriceBook
    from apps.stores.models import Store
    from tests.catalog.conftest import Asker

pytestmark = pytest.mark.django_db
OFFICE = system_actor("head office")
DAY = timedelta(days=1)
CODE, CASE = "00012345678905", "10012345678902"


def take(now: datetime, *changes: Any, renames: Sequence[tuple[str, str]] = ()) -> Taken:
    """Take one page over. Renames are pairs: the SKU before, and the one since."""
    page = [read_change(change) for change in changes]
    good = [each for each in page if not isinstance(each, Refused)]
    assert len(good) == len(page), page
    with transaction():
        return take_over(actor=OFFICE, page=[*(Renamed(*each) for each in renames), *good], now=now)


def codes(gtin: str = CODE, pack_size: int = 1) -> list[dict[str, Any]]:
    return [{"gtin": gtin, "pack_size": pack_size}]


def prices_of(sku: str = "BRB-1") -> list[tuple[datetime, int]]:
    rows = Price.objects.filter(product__sku=sku).order_by("starts_at")
    return [(row.starts_at, row.price_cents) for row in rows]


# --- Products -------------------------------------------------------------------------------------


def test_a_product_that_is_not_here_is_made_whole_and_can_be_sold(
    till: Asker, now: datetime
) -> None:
    both = [*codes(), *codes(CASE, 12)]
    assert take(now, bottle(barcodes=both)) == Taken(1, 0, 0, 1, {"STANDARD"})
    item = till.item(Product.objects.get().pk, now)
    assert item is not None
    assert (item.sku, item.name, item.category) == ("BRB-1", "Bourbon", "Bourbon")
    assert (item.minimum_age, item.tax_class, str(item.abv_percent)) == (21, "ALCOHOL", "45.0")
    assert (item.barcodes, item.price_at(now)) == (((CODE, 1), (CASE, 12)), 2199)
    assert Product.objects.get().is_central


def test_a_product_that_is_here_becomes_what_the_head_office_says(
    till: Asker, now: datetime
) -> None:
    product = make_product(barcodes=[("36000291452", 1)])
    taken = take(now, bottle(name="Rye", minimum_age=25, barcodes=codes()))
    assert (taken.created, taken.changed, taken.prices) == (0, 1, 1)
    item = till.item(product.pk, now)
    assert item is not None
    assert (item.name, item.minimum_age, item.barcodes) == ("Rye", 25, ((CODE, 1),))


def test_the_same_again_changes_nothing_and_tells_nobody(store: Store, now: datetime) -> None:
    later = priced(2499, (now + DAY).isoformat())
    page = [bottle("BRB-1", priced(2199), later, modifier_groups=[milk(("Oat", 75))]), gone("X")]
    take(now, *page)
    forget()
    revision, entries = read_revision(), AuditEntry.objects.count()
    assert take(now + timedelta(minutes=5), *page).is_nothing
    assert (read_revision(), AuditEntry.objects.count()) == (revision, entries)
    assert not told("product.updated")
    assert not told("price.changed")


def test_what_differs_is_told_and_nothing_else(store: Store, now: datetime) -> None:
    take(now, bottle("BRB-1"), bottle("BRB-2"))
    forget()
    take(now + DAY, bottle("BRB-1"), bottle("BRB-2", name="Rye"))
    fact = told_once("product.updated")
    assert fact.aggregate == "catalog:head-office:catalog"
    assert [product["name"] for product in fact.payload["products"]] == ["Rye"]
    assert not told("price.changed")


def test_the_audit_says_what_the_head_office_changed(store: Store, now: datetime) -> None:
    take(now, bottle())
    entry = AuditEntry.objects.get(action="catalog.taken_over")
    assert entry.actor_name == "head office"
    assert entry.facts == {
        "created": 1, "changed": 0, "retired": 0, "prices": 1, "skus": ["BRB-1"]
    }  # fmt: skip


def test_a_product_that_is_not_sold_any_more_is_retired_with_its_stock(
    store: Store, now: datetime
) -> None:
    take(now, bottle(barcodes=codes()))
    receive(store, Product.objects.get(), 3)
    assert take(now + DAY, gone()).retired == 1
    assert not Product.objects.get().is_active
    assert take(now + DAY, bottle(barcodes=codes())).changed == 1
    assert Product.objects.get().is_active


def test_what_the_store_has_of_its_own_stays(store: Store, now: datetime) -> None:
    make_snack("OWN-1")
    take(now, bottle(), gone("OWN-1"))
    with transaction():
        retire_others(actor=OFFICE, skus={"BRB-1"}, now=now)
    assert set(Product.objects.filter(is_active=True).values_list("sku", flat=True)) == {
        "OWN-1", "BRB-1"
    }  # fmt: skip


def test_what_the_head_office_does_not_know_any_more_is_retired(
    store: Store, now: datetime
) -> None:
    take(now, bottle("BRB-1"), bottle("BRB-2"))
    with transaction():
        assert retire_others(actor=OFFICE, skus={"BRB-2"}, now=now).retired == 1
    assert not Product.objects.get(sku="BRB-1").is_active


# --- Another SKU ----------------------------------------------------------------------------------


def test_a_product_under_another_sku_keeps_its_stock(store: Store, now: datetime) -> None:
    take(now, bottle("OLD", barcodes=codes()))
    product = Product.objects.get()
    receive(store, product, 3)
    forget()
    renames = [("OLD", "MID"), ("MID", "NEW")]
    changes = [gone("OLD"), gone("MID"), bottle("NEW", barcodes=codes())]
    take(now + DAY, *changes, renames=renames)
    assert Product.objects.get() == product
    assert (Product.objects.get().sku, Product.objects.get().is_active) == ("NEW", True)
    assert told_once("product.updated").payload["products"][0]["previous_sku"] == "OLD"


def test_a_rename_is_done_though_the_page_says_nothing_else_of_the_product(
    store: Store, now: datetime
) -> None:
    take(now, bottle("OLD"))
    forget()
    assert take(now + DAY, gone("OLD"), renames=[("OLD", "NEW")]).changed == 1
    assert (Product.objects.get().sku, Product.objects.get().is_active) == ("NEW", True)
    (product,) = told_once("product.updated").payload["products"]
    assert (product["sku"], product["previous_sku"]) == ("NEW", "OLD")


def test_a_product_that_is_retired_under_its_new_sku_is_found(store: Store, now: datetime) -> None:
    take(now, bottle("OLD"))
    assert take(now + DAY, gone("NEW"), renames=[("OLD", "NEW")]).retired == 1
    assert (Product.objects.get().sku, Product.objects.get().is_active) == ("NEW", False)


def test_skus_that_were_swapped_are_swapped_with_their_stock(store: Store, now: datetime) -> None:
    take(now, bottle("A", vendor="first"), bottle("B", vendor="second"))
    renames = [("A", "C"), ("B", "A"), ("C", "B")]
    keys = dict(Product.objects.values_list("vendor", "pk"))
    take(now + DAY, bottle("A", vendor="second"), bottle("B", vendor="first"), renames=renames)
    assert dict(Product.objects.values_list("vendor", "pk")) == keys
    assert dict(Product.objects.values_list("vendor", "sku")) == {"first": "B", "second": "A"}


@pytest.mark.parametrize("rename", [("OWN-1", "NEW"), ("BRB-1", "OWN-1"), ("GONE", "NEW")])
def test_a_rename_leaves_alone_what_the_store_has_of_its_own(
    store: Store, now: datetime, rename: tuple[str, str]
) -> None:
    make_snack("OWN-1")
    take(now, bottle("BRB-1"))
    assert take(now + DAY, renames=[rename]).is_nothing
    assert set(Product.objects.values_list("sku", flat=True)) == {"OWN-1", "BRB-1"}


# --- Codes ----------------------------------------------------------------------------------------


def test_codes_that_two_products_swapped_are_swapped(store: Store, now: datetime) -> None:
    take(now, bottle("A", barcodes=codes(CODE)), bottle("B", barcodes=codes(CASE)))
    take(now, bottle("A", barcodes=codes(CASE)), bottle("B", barcodes=codes(CODE)))
    assert dict(Barcode.objects.values_list("product__sku", "gtin")) == {"A": CASE, "B": CODE}


def test_a_code_goes_to_the_product_that_has_it_at_the_head_office(
    store: Store, now: datetime
) -> None:
    make_snack("OWN-1", barcodes=[(CODE, 1)])
    forget()
    take(now, bottle(barcodes=codes()))
    assert Barcode.objects.get().product.sku == "BRB-1"
    robbed = [p for fact in told("product.updated") for p in fact.payload["products"]]
    assert {p["sku"]: p["barcodes"] for p in robbed}["OWN-1"] == []


def test_a_code_that_moved_while_a_snapshot_was_read_is_the_last_ones(
    store: Store, now: datetime
) -> None:
    take(now, bottle("A", barcodes=codes()), bottle("B", barcodes=codes()))
    assert Barcode.objects.get().product.sku == "B"


# --- Choices --------------------------------------------------------------------------------------


def test_choices_become_what_the_head_office_says(till: Asker, now: datetime) -> None:
    take(now, bottle(modifier_groups=[milk(("Oat", 75), ("Soy", 50))]))
    take(now, bottle(modifier_groups=[milk(("Oat", 90), maximum=2)]))
    item = till.item(Product.objects.get().pk, now)
    assert item is not None
    (group,) = item.modifier_groups
    assert (group.name, group.maximum) == ("Milk", 2)
    assert [(choice.name, choice.price_cents) for choice in group.choices] == [("Oat", 90)]


def test_a_product_that_has_no_choices_any_more_loses_them(store: Store, now: datetime) -> None:
    take(now, bottle(modifier_groups=[milk(("Oat", 75))]))
    take(now, bottle())
    assert not Product.objects.get().modifier_groups.exists()
    assert ModifierGroup.objects.exists()


# --- Books ----------------------------------------------------------------------------------------


def test_prices_that_reach_no_till_are_said(book: PriceBook, now: datetime) -> None:
    assert take(now, bottle("BRB-1", priced(1, book="MIAMI"))).books == {"MIAMI"}
    assert "they sell by STANDARD" in find_idle_books(books={"MIAMI"})
    assert find_idle_books(books={"STANDARD"}) == ""
