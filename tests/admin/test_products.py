"""A product's page: what it is, its codes, its prices and its stock per store, in one place."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from apps.catalog.models import Barcode, Category, Price, Product
from apps.core.audit_checks import find_broken_links
from apps.core.models import AuditEntry
from tests.factories import make_store
from tests.goods import make_product, set_price

from .office import add_row, errors_of, form_on, said, save, send, text_of, url, url_of
from .tills import on_shelf, scanned

if TYPE_CHECKING:
    from django.test import Client

    from apps.stores.models import Store

    from .office import Form

pytestmark = pytest.mark.django_db

BOTTLE: dict[str, Any] = {
    "name": "Rye",
    "sku": "RYE-1",
    "tax_class": "ALCOHOL",
    "beverage_type": "SPIRITS",
    "volume_ml": "750",
    "abv_percent": "45",
    "minimum_age": "0",
    "unit_cost_cents": "11.50",
    "is_active": "on",
}


def with_code(form: Form, code: str, pack_size: int = 1) -> Form:
    return add_row(form, "barcodes", gtin=code, pack_size=pack_size, is_active="on")


# --- The page -------------------------------------------------------------------------------------


def test_a_product_is_made_with_its_code_and_its_price_at_once(
    manager: Client, store: Store, bourbon: Product
) -> None:
    address = url("catalog_product_add")
    form = {**form_on(manager, address), **BOTTLE, "category": Category.objects.get().pk}
    book = Price.objects.get().book_id
    form = add_row(with_code(form, "036000291452"), "prices", book=book, price_cents="24.99")
    send(manager, address, form)
    rye = Product.objects.get(sku="RYE-1")
    assert rye.unit_cost_cents == 1150
    found = scanned(store, "036000291452")
    assert found is not None
    assert found.item.price_at(timezone.now()) == 2499


def test_a_changed_name_is_on_the_shelf_of_the_tills_at_once(
    manager: Client, store: Store, bourbon: Product
) -> None:
    assert on_shelf(store, bourbon).name == "Bourbon"
    save(manager, url_of(bourbon), name="Old Bourbon")
    assert on_shelf(store, bourbon).name == "Old Bourbon"


def test_the_page_shows_price_next_price_and_stock_of_each_store(
    manager: Client, store: Store, bourbon: Product
) -> None:
    make_store("MIA", county="Miami-Dade")
    set_price(bourbon, 2199, timezone.now() + timedelta(days=3))
    page = text_of(manager.get(url_of(bourbon)))
    assert "Store Price book Price now Next price On hand Order at Stock" in page
    assert "Broward Liquors Standard $19.99 since" in page
    assert "$21.99 from" in page
    assert "10 Count" in page
    assert "Miami-Dade Liquors" in page


def test_a_save_is_in_the_audit_with_who_and_which_fields(
    manager: Client, bourbon: Product
) -> None:
    save(manager, url_of(bourbon), name="Old Bourbon", vendor="Tolliver")
    entry = AuditEntry.objects.get(action="product.changed")
    assert (entry.actor_name, entry.subject) == ("manager", f"product:{bourbon.pk}")
    assert entry.facts == {"fields": ["name", "vendor"]}
    assert list(find_broken_links()) == []


def test_spirits_over_one_and_three_quarter_litres_are_saved_with_a_warning(
    manager: Client, bourbon: Product
) -> None:
    page = save(manager, url_of(bourbon), volume_ml="3000")
    assert any("Tills will refuse it" in message for message in said(page))
    assert Product.objects.get().volume_ml == 3000


def test_a_product_is_never_deleted(root: Client, bourbon: Product) -> None:
    assert root.post(url_of(bourbon, "delete"), {"post": "yes"}).status_code == 403
    forged = {"action": "delete_selected", "_selected_action": [bourbon.pk], "post": "yes"}
    root.post(url("catalog_product_changelist"), forged)
    assert Product.objects.count() == 1


@pytest.mark.parametrize(
    ("asked", "found"),
    [("no-price", "NEW-1"), ("no-barcode", "NEW-1"), ("unlawful", "BIG-1")],
)
def test_products_that_need_attention_are_found(
    manager: Client, bourbon: Product, asked: str, found: str
) -> None:
    make_product("NEW-1", price_cents=None)
    make_product("BIG-1", volume_ml=3000, barcodes=[("036000291452", 1)])
    page = manager.get(url("catalog_product_changelist", attention=asked))
    assert [product.sku for product in page.context["cl"].result_list] == [found]


# --- Barcodes -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "kept"),
    [
        ("036000291452", "00036000291452"),  # UPC-A
        ("01234565", "00012345000065"),  # UPC-E
        (" 4006381333931 ", "04006381333931"),  # EAN-13
        ("250101", "00250101000000"),  # goods of the scale
    ],
)
def test_a_code_is_kept_as_gtin_14(manager: Client, bourbon: Product, code: str, kept: str) -> None:
    page = send(manager, url_of(bourbon), with_code(form_on(manager, url_of(bourbon)), code))
    assert errors_of(page) == {}
    assert Barcode.objects.filter(product=bourbon, gtin=kept).exists()


@pytest.mark.parametrize(
    ("code", "complaint"),
    [
        ("036000291453", "check digit"),
        ("hello", "digits only"),
        ("12345", "8, 12, 13 or 14"),
        ("350101", "starts with 2"),
    ],
)
def test_a_code_that_is_none_is_an_error_at_its_field(
    manager: Client, bourbon: Product, code: str, complaint: str
) -> None:
    page = send(manager, url_of(bourbon), with_code(form_on(manager, url_of(bourbon)), code))
    assert complaint in errors_of(page)["barcodes-2-gtin"]
    assert Barcode.objects.count() == 2


def test_the_code_of_another_active_product_is_an_error_in_its_row(
    manager: Client, bourbon: Product
) -> None:
    other = make_product("RYE-1")
    form = with_code(form_on(manager, url_of(other)), "012345678905")
    page = send(manager, url_of(other), form)
    assert "Another active product" in errors_of(page)["barcodes-0-__all__"]
    assert "Another active product" in text_of(page)


def test_one_code_typed_twice_is_an_error_and_no_crash(manager: Client, bourbon: Product) -> None:
    form = with_code(form_on(manager, url_of(bourbon)), "036000291452")
    page = send(manager, url_of(bourbon), with_code(form, "036000291452", pack_size=6))
    assert errors_of(page) == {"barcodes-3-gtin": "This barcode stands here twice."}
    assert Barcode.objects.count() == 2


def test_a_code_that_was_taken_off_scans_no_more(
    manager: Client, store: Store, bourbon: Product
) -> None:
    assert scanned(store, "012345678905") is not None
    save(manager, url_of(bourbon), **{"barcodes-0-DELETE": "on"})
    assert scanned(store, "012345678905") is None


def test_codes_deleted_from_their_list_scan_no_more_and_are_in_the_audit(
    manager: Client, store: Store, bourbon: Product
) -> None:
    assert scanned(store, "012345678905") is not None
    chosen = list(Barcode.objects.values_list("pk", flat=True))
    form = {"action": "delete_selected", "_selected_action": chosen, "post": "yes"}
    send(manager, url("catalog_barcode_changelist"), form)
    assert scanned(store, "012345678905") is None
    assert AuditEntry.objects.filter(action="barcode.deleted").count() == 2
