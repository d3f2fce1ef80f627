"""What a manager does to products in the back office is told to other systems once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from apps.catalog.models import Barcode, Category, Modifier, ModifierGroup, Price, Product
from apps.core.models import OutboxEvent
from tests.facts import forget, told, told_once
from tests.goods import make_product

from .office import add_row, form_on, save, send, url, url_of
from .test_products import BOTTLE, with_code

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db

PRODUCTS, PRICES = "product.updated", "price.changed"


@pytest.fixture(autouse=True)
def untold(bourbon: Product) -> None:
    """A shop with a bourbon of which everybody knows."""
    forget()


def only_product() -> dict[str, Any]:
    """The one product of the one fact."""
    (product,) = told_once(PRODUCTS).payload["products"]
    return dict(product)


def test_a_new_product_is_told_with_its_code_and_then_with_its_price(manager: Client) -> None:
    address = url("catalog_product_add")
    form = {**form_on(manager, address), **BOTTLE, "category": Category.objects.get().pk}
    book = Price.objects.get().book_id
    form = add_row(with_code(form, "036000291452"), "prices", book=book, price_cents="24.99")
    send(manager, address, form)
    product = only_product()
    assert (product["sku"], product["previous_sku"]) == ("RYE-1", None)
    assert product["barcodes"] == [{"gtin": "00036000291452", "pack_size": 1}]
    (price,) = told_once(PRICES).payload["prices"]
    assert (price["sku"], price["price_cents"]) == ("RYE-1", 2499)
    assert told_once(PRODUCTS).occurred_at <= told_once(PRICES).occurred_at
    assert {fact.aggregate for fact in OutboxEvent.objects.all()} == {"product:RYE-1"}


def test_a_changed_product_is_told_and_its_prices_are_not(
    manager: Client, bourbon: Product
) -> None:
    save(manager, url_of(bourbon), name="Old Bourbon", unit_cost_cents="12.50")
    product = only_product()
    assert (product["name"], product["unit_cost_cents"]) == ("Old Bourbon", 1250)
    assert not told(PRICES)


def test_a_product_under_another_sku_is_told_with_the_one_it_had(
    manager: Client, bourbon: Product
) -> None:
    save(manager, url_of(bourbon), sku="BRB-2")
    product = only_product()
    assert (product["sku"], product["previous_sku"]) == ("BRB-2", "BRB-1")


def test_codes_and_groups_of_a_product_are_told_with_it(manager: Client, bourbon: Product) -> None:
    group = ModifierGroup.objects.create(name="Ice")
    form = with_code(form_on(manager, url_of(bourbon)), "036000291452", pack_size=6)
    send(manager, url_of(bourbon), {**form, "modifier_groups": [group.pk]})
    product = only_product()
    assert {"gtin": "00036000291452", "pack_size": 6} in product["barcodes"]
    assert [each["name"] for each in product["modifier_groups"]] == ["Ice"]


def test_a_price_on_the_page_of_a_product_is_told_without_the_product(
    manager: Client, bourbon: Product
) -> None:
    book = Price.objects.get().book_id
    form = add_row(form_on(manager, url_of(bourbon)), "prices", book=book, price_cents="18.00")
    send(manager, url_of(bourbon), form)
    (price,) = told_once(PRICES).payload["prices"]
    assert price["price_cents"] == 1800
    assert not told(PRODUCTS)


def test_a_page_that_is_saved_as_it_was_tells_nothing(manager: Client, bourbon: Product) -> None:
    save(manager, url_of(bourbon))
    save(manager, url_of(bourbon.category))
    assert not OutboxEvent.objects.exists()


def test_a_code_that_goes_to_another_product_is_told_of_both(
    manager: Client, bourbon: Product
) -> None:
    rye = make_product("RYE-1")
    code = Barcode.objects.get(pack_size=12)
    save(manager, url_of(code), product=rye.pk)
    lists = [fact.payload["products"] for fact in told(PRODUCTS)]
    sizes = {p["sku"]: [code["pack_size"] for code in p["barcodes"]] for (p,) in lists}
    assert sizes == {"BRB-1": [1], "RYE-1": [12]}


def test_a_code_that_is_deleted_is_told_as_gone(manager: Client) -> None:
    code = Barcode.objects.get(pack_size=12)
    manager.post(url_of(code, "delete"), {"post": "yes"})
    assert [code["pack_size"] for code in only_product()["barcodes"]] == [1]


def test_a_category_that_is_renamed_tells_its_products(manager: Client, bourbon: Product) -> None:
    make_product("RYE-1")
    save(manager, url_of(bourbon.category), name="Whiskey")
    fact = told_once(PRODUCTS)
    assert fact.aggregate == "catalog:category:Spirits/Whiskey"
    products = {(p["sku"], p["category"]) for p in fact.payload["products"]}
    assert products == {("BRB-1", "Whiskey"), ("RYE-1", "Whiskey")}


def test_a_modifier_group_that_is_changed_or_deleted_tells_its_products(
    root: Client, bourbon: Product
) -> None:
    group = ModifierGroup.objects.create(name="Ice")
    Modifier.objects.create(group=group, name="Cubes", price_cents=25)
    bourbon.modifier_groups.add(group)
    save(root, url_of(group), **{"modifiers-0-price_cents": "0.30"})
    root.post(url_of(group, "delete"), {"post": "yes"})
    facts = told(PRODUCTS)
    assert {fact.aggregate for fact in facts} == {"catalog:modifier-group:Ice"}
    changed, gone = (fact.payload["products"][0]["modifier_groups"] for fact in facts)
    assert changed[0]["choices"] == [{"name": "Cubes", "price_cents": 30}]
    assert gone == []


def test_a_save_that_is_refused_tells_nothing(manager: Client, bourbon: Product) -> None:
    make_product("RYE-1")
    save(manager, url_of(bourbon), sku="RYE-1")
    assert not OutboxEvent.objects.exists()
