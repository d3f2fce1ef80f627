"""What must never stand in the tables of the catalog, the database itself refuses."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django.apps import apps
from django.db import IntegrityError

from apps.catalog.models import (
    Barcode,
    Category,
    EditionPrice,
    ImportChange,
    ImportRun,
    Modifier,
    ModifierGroup,
    Price,
    PriceBook,
    PriceEdition,
    Product,
    Promotion,
    StorePriceBook,
)
from apps.stores.types import TaxClass
from tests.conftest import NOON
from tests.factories import make_store
from tests.goods import make_product

if TYPE_CHECKING:
    from django.db.models import Model

GTIN = "00619947000020"

VALID: dict[type[Model], dict[str, Any]] = {
    Category: {"department": "Wine", "name": "Red"},
    Product: {"sku": "NEW", "name": "New", "tax_class": TaxClass.ALCOHOL, "abv_percent": "100"},
    Barcode: {"gtin": GTIN, "pack_size": 1000},
    ModifierGroup: {"name": "Milk", "minimum": 2, "maximum": 2},
    Modifier: {"name": "Oat"},
    PriceBook: {"code": "WEST", "name": "West coast"},
    Price: {"price_cents": 100_000_000, "starts_at": NOON, "created_at": NOON},
    ImportRun: {
        "file_name": "f.csv",
        "imported_at": NOON,
        "created_count": 0,
        "changed_count": 0,
        "unchanged_count": 0,
    },
    ImportChange: {"after": {}},
    PriceEdition: {"code": "HOLIDAY", "name": "Holiday", "created_at": NOON},
    EditionPrice: {"price_cents": 100_000_000},
    Promotion: {
        "code": "WINE6",
        "name": "Six wines",
        "kind": "MIXED_CASE",
        "starts_at": NOON,
        "created_at": NOON,
    },
}

CHECKS: list[tuple[str, type[Model], dict[str, Any]]] = [
    ("product_beverage_type_is_known", Product, {"beverage_type": "CIDER"}),
    ("product_tax_class_is_known", Product, {"tax_class": "CIGAR"}),
    ("product_abv_is_a_percentage", Product, {"abv_percent": Decimal("100.1")}),
    ("product_abv_is_a_percentage", Product, {"abv_percent": Decimal("-0.1")}),
    ("pack_holds_one_unit_or_more", Barcode, {"pack_size": 0}),
    ("pack_holds_one_unit_or_more", Barcode, {"pack_size": 1001}),
    ("modifier_group_takes_at_least_its_minimum", ModifierGroup, {"minimum": 3}),
    ("modifier_group_takes_at_least_its_minimum", ModifierGroup, {"minimum": 0, "maximum": 0}),
    ("price_is_an_amount", Price, {"price_cents": 100_000_001}),
    ("price_edition_state_is_known", PriceEdition, {"state": "LIVE"}),
    ("published_edition_starts_no_earlier", PriceEdition, {"published_at": NOON}),
    (
        "published_edition_starts_no_earlier",
        PriceEdition,
        {"state": "PUBLISHED", "published_at": NOON},
    ),
    (
        "published_edition_starts_no_earlier",
        PriceEdition,
        {
            "state": "PUBLISHED",
            "published_at": NOON,
            "starts_at": NOON.replace(hour=16),
        },
    ),
    (
        "rolled_back_edition_has_its_time",
        PriceEdition,
        {"state": "ROLLED_BACK", "published_at": NOON, "starts_at": NOON},
    ),
    ("rolled_back_edition_has_its_time", PriceEdition, {"rolled_back_at": NOON}),
    ("edition_price_is_an_amount", EditionPrice, {"price_cents": 100_000_001}),
    ("promotion_kind_is_known", Promotion, {"kind": "GIFT"}),
    ("promotion_state_is_known", Promotion, {"state": "OVER"}),
    ("promotion_ends_after_it_starts", Promotion, {"ends_at": NOON}),
    ("promotion_takes_at_most_all_off", Promotion, {"percent": Decimal("100.01")}),
    ("promotion_takes_at_most_all_off", Promotion, {"percent": Decimal(0)}),
    ("promotion_hours_have_a_length", Promotion, {"from_minute": 60, "until_minute": 60}),
    ("promotion_hours_have_a_length", Promotion, {"from_minute": 1440, "until_minute": 60}),
]

NEGATIVE: list[tuple[type[Model], str]] = [
    (Price, "price_cents"),
    (EditionPrice, "price_cents"),
    (Modifier, "price_cents"),
    (Product, "unit_cost_cents"),
    (Product, "volume_ml"),
    (Product, "minimum_age"),
]

UNIQUE: list[tuple[str, type[Model], dict[str, Any]]] = [
    ("one_category_per_department_and_name", Category, {"department": "Beer"}),
    ("one_active_product_per_barcode", Barcode, {"is_active": False}),
    ("one_modifier_per_group_and_name", Modifier, {"name": "Soy"}),
    ("one_price_per_book_product_and_instant", Price, {"starts_at": NOON.replace(second=1)}),
    ("one_price_per_edition_book_and_product", EditionPrice, {"product": "OTHER"}),
    ("one_change_per_run_and_product", ImportChange, {"product": "OTHER"}),
]

SINGLE: list[tuple[type[Model], dict[str, Any]]] = [
    (Product, {"name": "Another"}),
    (PriceBook, {"name": "Another"}),
    (ModifierGroup, {"minimum": 0}),
    (PriceEdition, {"name": "Another"}),
]


def insert(model: type[Model], **changes: Any) -> Model:
    """A row of the model, valid but for the changes."""
    fields: dict[str, Any] = {**VALID[model], **changes}
    if model is Product:
        fields["category"], _ = Category.objects.get_or_create(department="All", name="All")
    if model in {Barcode, Price, ImportChange, EditionPrice}:
        fields["product"] = product(fields.get("product", "ONE"))
    if model is Modifier:
        fields["group"], _ = ModifierGroup.objects.get_or_create(name="Milk")
    if model is EditionPrice:
        fields["edition"] = PriceEdition.objects.first() or insert(PriceEdition)
    if model in {Price, ImportRun, EditionPrice}:
        fields["book"], _ = PriceBook.objects.get_or_create(code="STANDARD")
    if model is ImportChange:
        fields["run"] = ImportRun.objects.first() or insert(ImportRun)
    return model._default_manager.create(**fields)


def product(sku: str) -> Product:
    return Product.objects.filter(sku=sku).first() or make_product(sku, price_cents=None)


@pytest.mark.django_db
@pytest.mark.parametrize("model", VALID, ids=lambda model: model.__name__)
def test_a_valid_row_is_welcome(model: type[Model]) -> None:
    assert insert(model).pk


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "model", "changes"), CHECKS)
def test_a_row_that_breaks_a_rule_is_refused(
    name: str, model: type[Model], changes: dict[str, Any]
) -> None:
    with pytest.raises(IntegrityError, match=name):
        insert(model, **changes)


@pytest.mark.django_db
@pytest.mark.parametrize(("model", "field"), NEGATIVE)
def test_an_amount_below_nothing_is_refused(model: type[Model], field: str) -> None:
    with pytest.raises(IntegrityError, match=r"(?i)check"):
        insert(model, **{field: -1})


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "model", "other"), UNIQUE)
def test_a_second_row_for_the_same_is_refused(
    name: str, model: type[Model], other: dict[str, Any]
) -> None:
    insert(model)
    insert(model, **other)
    with pytest.raises(IntegrityError, match=r"(?i)unique"):
        insert(model)


@pytest.mark.django_db
@pytest.mark.parametrize(("model", "other"), SINGLE)
def test_a_sku_a_book_an_edition_and_a_group_of_modifiers_stand_once(
    model: type[Model], other: dict[str, Any]
) -> None:
    insert(model)
    with pytest.raises(IntegrityError, match=r"(?i)unique"):
        insert(model, **other)


def test_every_constraint_of_the_tables_of_the_catalog_is_proved_here() -> None:
    proved = {name for name, _, _ in [*CHECKS, *UNIQUE]}
    declared = {
        constraint.name
        for model in apps.get_app_config("catalog").get_models()
        for constraint in model._meta.constraints
    }
    assert proved == declared


@pytest.mark.django_db
def test_a_code_may_be_used_again_once_its_old_owner_has_given_it_up() -> None:
    insert(Barcode, product="OLD", is_active=False)
    insert(Barcode, product="OLDER", is_active=False)
    assert insert(Barcode, product="NEW").pk


@pytest.mark.django_db
def test_two_products_never_share_an_active_code() -> None:
    insert(Barcode, product="ONE")
    with pytest.raises(IntegrityError, match=r"(?i)unique"):
        insert(Barcode, product="TWO", pack_size=12)


@pytest.mark.django_db
def test_a_store_sells_by_one_book() -> None:
    store, book = make_store(), PriceBook.objects.create(code="ONE")
    StorePriceBook.objects.create(store=store, book=book)
    with pytest.raises(IntegrityError, match=r"(?i)unique"):
        StorePriceBook.objects.create(store=store, book=PriceBook.objects.create(code="TWO"))


@pytest.mark.django_db
def test_two_books_may_each_have_a_price_at_the_same_instant() -> None:
    first = insert(Price)
    other = PriceBook.objects.create(code="WEST")
    product_id = Product.objects.get().pk
    again = Price.objects.create(product_id=product_id, book=other, **VALID[Price])
    assert (first.pk, again.pk) == tuple(Price.objects.order_by("pk").values_list("pk", flat=True))
