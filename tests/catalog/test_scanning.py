"""A scan finds the one active product that it stands for, or a refusal that says why not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django_subatomic.db import transaction

from apps.catalog.errors import BarcodeInvalid, BarcodeUnknown
from apps.catalog.gtin import scale_code
from apps.catalog.models import Barcode, Product
from apps.catalog.selectors import find_on_shelf, find_pack, get_scanned
from apps.catalog.services.pricing import give_store_its_book
from apps.core.reference import read_revision
from apps.stores.selectors import get_store_profile
from tests.factories import make_store
from tests.goods import make_product

from .files import upc

if TYPE_CHECKING:
    from datetime import datetime

    from pytest_django import DjangoAssertNumQueries

    from apps.catalog.types import Scanned
    from apps.stores.models import Store

pytestmark = pytest.mark.django_db

BOTH = "01234565"  # eight digits that check as UPC-E and as EAN-8
AS_UPC_E, AS_EAN8 = "012345000065", "01234565"


def scan(store: Store, code: str, now: datetime) -> Scanned:
    revision = read_revision()
    profile = get_store_profile(store_id=store.pk, revision=revision)
    return get_scanned(store=profile, scan=code, revision=revision, now=now)


def test_a_scan_brings_the_product_and_the_size_of_its_pack(store: Store, now: datetime) -> None:
    product = make_product(barcodes=[(upc(1), 1), (upc(2), 12)])
    found = scan(store, upc(2), now)
    assert (found.item.id, found.gtin, found.pack_size) == (product.pk, upc(2).zfill(14), 12)
    assert found.price_cents is None


def test_a_scan_that_no_product_has_is_unknown(store: Store, now: datetime) -> None:
    with pytest.raises(BarcodeUnknown) as refusal:
        scan(store, upc(1), now)
    assert refusal.value.facts == {"barcode": upc(1)}


def test_a_scan_that_is_no_code_is_invalid(store: Store, now: datetime) -> None:
    with pytest.raises(BarcodeInvalid, match="check digit") as refusal:
        scan(store, "619947000021", now)
    assert refusal.value.facts == {"barcode": "619947000021"}


def test_a_product_off_the_shelf_is_unknown_to_a_scan(store: Store, now: datetime) -> None:
    make_product(barcodes=[(upc(1), 1)], is_active=False)
    with pytest.raises(BarcodeUnknown):
        scan(store, upc(1), now)


def test_a_code_that_is_switched_off_is_unknown(store: Store, now: datetime) -> None:
    make_product(barcodes=[(upc(1), 1)])
    Barcode.objects.update(is_active=False)
    with pytest.raises(BarcodeUnknown):
        scan(store, upc(1), now)


def test_a_code_used_again_finds_its_new_owner(store: Store, now: datetime) -> None:
    make_product("OLD", barcodes=[(upc(1), 1)])
    Barcode.objects.update(is_active=False)
    new = make_product("NEW", barcodes=[(upc(1), 1)])
    assert scan(store, upc(1), now).item.id == new.pk


def test_of_two_readings_of_eight_digits_upc_e_wins(store: Store, now: datetime) -> None:
    make_product("EAN", barcodes=[(AS_EAN8, 1)])
    assert scan(store, BOTH, now).item.sku == "EAN"
    make_product("UPC", barcodes=[(AS_UPC_E, 1)])
    assert scan(store, BOTH, now).item.sku == "UPC"


@pytest.mark.parametrize(
    ("digits", "scan_of_it", "cents"), [(4, "212345005996", 599), (5, "212345123454", 12_345)]
)
def test_a_scale_label_is_read_as_the_store_s_scale_prints_it(
    digits: int, scan_of_it: str, cents: int, now: datetime
) -> None:
    store = make_store(price_in_barcode_digits=digits)
    make_product(barcodes=[(scale_code("212345"), 1)])
    assert scan(store, scan_of_it, now).price_cents == cents


def test_the_same_code_has_each_store_s_own_price(store: Store, now: datetime) -> None:
    other = make_store("AIR", county="Leon")
    make_product(barcodes=[(upc(1), 1)], price_cents=1999)
    with transaction():
        give_store_its_book(store_id=other.pk, code="AIRPORT", name="Airport")
    for _ in ("cold", "warm"):
        assert scan(store, upc(1), now).item.price_at(now) == 1999
        assert scan(other, upc(1), now).item.price_at(now) is None


def test_many_scans_and_ids_are_found_in_one_statement(
    store: Store, now: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    products = [make_product(f"P-{n}", barcodes=[(upc(n), 1)]) for n in range(6)]
    scan(store, upc(0), now)
    revision = read_revision()
    profile = get_store_profile(store_id=store.pk, revision=revision)
    with django_assert_num_queries(1):
        scanned, items = find_on_shelf(
            store=profile,
            scans=[upc(1), upc(2), upc(9)],
            product_ids=[products[3].pk, 0],
            revision=revision,
            now=now,
        )
    assert scanned.keys() == {upc(1), upc(2)}
    assert items.keys() == set(Product.objects.filter(sku__in=["P-1", "P-2", "P-3"]).in_bulk())


# --- What a person types in the office ------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "pack_size"), [("brb-1", 1), (" BRB-1 ", 1), (upc(1), 1), (f"0{upc(2)}", 6)]
)
def test_a_pack_is_found_by_its_sku_or_its_code(code: str, pack_size: int) -> None:
    product = make_product("BRB-1", barcodes=[(upc(1), 1), (upc(2), 6)], price_cents=None)
    assert find_pack(code=code) == (product.pk, pack_size)


@pytest.mark.parametrize("code", ["", "BRB", "619947000021", upc(3)])
def test_what_stands_for_no_pack_finds_none(code: str) -> None:
    make_product("BRB-1", barcodes=[(upc(1), 1)], price_cents=None)
    assert find_pack(code=code) is None


@pytest.mark.parametrize("code", ["BRB-1", upc(1)])
def test_a_pack_of_a_product_off_the_shelf_is_not_found(code: str) -> None:
    make_product("BRB-1", barcodes=[(upc(1), 1)], price_cents=None, is_active=False)
    assert find_pack(code=code) is None


def test_of_two_readings_of_eight_digits_upc_e_wins_in_the_office_too() -> None:
    make_product("EAN", barcodes=[(AS_EAN8, 1)], price_cents=None)
    product = make_product("UPC", barcodes=[(AS_UPC_E, 1)], price_cents=None)
    assert find_pack(code=BOTH) == (product.pk, 1)
