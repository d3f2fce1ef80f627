"""Whatever way a product or a price comes or changes, other systems are told of it once."""

from __future__ import annotations

import contextlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from django_subatomic.db import transaction

from apps.catalog.errors import EditionNotPublishable, PriceInThePast, PriceTaken
from apps.catalog.models import Price, PriceBook, Product
from apps.catalog.services.editions.publishing import publish_edition
from apps.catalog.services.imports.undoing import undo_import
from apps.catalog.services.modifiers import save_modifier_group
from apps.catalog.services.pricing import schedule_price, withdraw_price
from apps.catalog.types import PricePoint
from apps.core.models import OutboxEvent
from tests.conftest import NOON
from tests.factories import MANAGER
from tests.facts import forget, told, told_once
from tests.goods import make_product, receive

from .editions import draft, publish, roll_back
from .files import bottle, take_in, upc

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from apps.stores.models import Store

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
PRODUCTS, PRICES = "product.updated", "price.changed"


@pytest.fixture
def rye(book: PriceBook) -> Product:
    return make_product("RYE-1", price_cents=2000)


def price(sku: str, cents: int, **fields: Any) -> dict[str, Any]:
    """A price of the standard book from noon on, as it is told, but for the fields named."""
    usual = {"price_book": "STANDARD", "starts_at": "2026-11-22T17:00:00Z", "edition": None}
    return {"sku": sku, "price_cents": cents, "is_withdrawn": False, **usual, **fields}


def schedule(product: Product, cents: int, starts_at: datetime) -> Price:
    book_id, point = PriceBook.objects.get().pk, PricePoint(starts_at, cents)
    with transaction():
        return schedule_price(
            actor=MANAGER, book_id=book_id, product_id=product.pk, point=point, now=NOON
        )


def withdraw(price_id: int) -> None:
    with transaction():
        withdraw_price(actor=MANAGER, price_id=price_id, now=NOON)


def undo(run_id: UUID) -> None:
    with transaction():
        undo_import(actor=MANAGER, run_id=run_id, now=NOON + 2 * DAY)


def products_of(fact: OutboxEvent) -> dict[str, dict[str, Any]]:
    return {product["sku"]: product for product in fact.payload["products"]}


# --- One price ------------------------------------------------------------------------------------


def test_a_price_that_is_set_is_told_alone_with_its_start_in_utc(rye: Product) -> None:
    there = (NOON + HOUR).astimezone(ZoneInfo("America/New_York"))
    schedule(rye, 2100, there)
    fact = told_once(PRICES)
    assert (fact.aggregate, fact.occurred_at) == ("product:RYE-1", NOON)
    assert fact.payload == {"prices": [price("RYE-1", 2100, starts_at="2026-11-22T18:00:00Z")]}


def test_a_price_that_is_taken_off_the_schedule_is_told_as_withdrawn(rye: Product) -> None:
    scheduled = schedule(rye, 2100, NOON + HOUR)
    forget()
    withdraw(scheduled.pk)
    gone = price("RYE-1", 2100, starts_at="2026-11-22T18:00:00Z", is_withdrawn=True)
    assert told_once(PRICES).payload == {"prices": [gone]}


def test_a_price_that_is_refused_or_rolled_back_is_not_told(rye: Product) -> None:
    schedule(rye, 2100, NOON)
    with pytest.raises(PriceTaken):
        schedule(rye, 2200, NOON)
    with pytest.raises(PriceInThePast):
        schedule(rye, 2200, NOON - HOUR)
    with pytest.raises(PriceInThePast):
        withdraw(Price.objects.latest("pk").pk)
    told_once(PRICES)


# --- Imports --------------------------------------------------------------------------------------


def test_an_import_tells_its_products_whole_and_its_prices(book: PriceBook) -> None:
    report = take_in(bottle("A", barcodes=f"{upc(1)} {upc(2)}*6"), now=NOON)
    products, prices = told_once(PRODUCTS), told_once(PRICES)
    assert products.aggregate == prices.aggregate == f"catalog:import:{report.run_id}"
    assert prices.payload == {"prices": [price("A", 2199)]}
    assert products.payload["products"] == [
        {
            "sku": "A", "previous_sku": None, "is_removed": False, "name": "Bourbon A",
            "department": "Spirits", "category": "Bourbon", "vendor": "Tolliver Bend",
            "beverage_type": "SPIRITS", "tax_class": "ALCOHOL", "minimum_age": 21,
            "volume_ml": 750, "abv_percent": "45.0", "unit_cost_cents": 1200, "is_active": True,
            "tracks_stock": True, "modifier_groups": [],
            "barcodes": [
                {"gtin": upc(1).zfill(14), "pack_size": 1},
                {"gtin": upc(2).zfill(14), "pack_size": 6},
            ],
        }
    ]  # fmt: skip


def test_an_import_tells_only_what_differs(book: PriceBook) -> None:
    take_in(*(bottle(sku) for sku in "ABC"), now=NOON)
    forget()
    rows = (bottle("A", price="9.99"), bottle("B", name="Old"), bottle("C"))
    take_in(*rows, now=NOON + DAY)
    assert [*products_of(told_once(PRODUCTS))] == ["B"]
    assert [told["sku"] for told in told_once(PRICES).payload["prices"]] == ["A"]


def test_many_are_told_five_hundred_at_a_time(book: PriceBook) -> None:
    report = take_in(*(bottle(f"N-{number}") for number in range(1001)), now=NOON)
    for kind, of in ((PRODUCTS, "products"), (PRICES, "prices")):
        lists = [fact.payload[of] for fact in told(kind)]
        assert sorted(len(each) for each in lists) == [1, 500, 500]
        assert len({entry["sku"] for each in lists for entry in each}) == 1001
    undo(report.run_id)
    assert len(told(PRODUCTS)) == len(told(PRICES)) == 6


@pytest.mark.parametrize("cells", [{"price": "?"}, {}])
def test_an_import_that_changes_nothing_tells_nothing(
    book: PriceBook, cells: dict[str, str]
) -> None:
    take_in(bottle("A", **cells), now=NOON, dry_run=not cells)
    assert not OutboxEvent.objects.exists()


def test_an_undone_import_tells_what_came_back_and_what_went(store: Store, book: PriceBook) -> None:
    take_in(bottle("OLD"), now=NOON)
    rows = [bottle("OLD", name="Other", price="1.00"), bottle("NEW"), bottle("USED")]
    report = take_in(*rows, now=NOON + DAY)
    receive(store, Product.objects.get(sku="USED"), 6)
    forget()
    undo(report.run_id)
    products, prices = told_once(PRODUCTS), told_once(PRICES)
    assert products.aggregate == prices.aggregate == f"catalog:import:{report.run_id}"
    said = {sku: (p["is_active"], p["is_removed"]) for sku, p in products_of(products).items()}
    assert said == {"OLD": (True, False), "NEW": (False, True), "USED": (False, False)}
    assert products_of(products)["OLD"]["name"] == "Bourbon OLD"
    begun = {"starts_at": "2026-11-23T17:00:00Z", "is_withdrawn": True}
    assert prices.payload["prices"] == [
        price(sku, cents, **begun) for sku, cents in (("OLD", 100), ("NEW", 2199), ("USED", 2199))
    ]


# --- Editions -------------------------------------------------------------------------------------


def test_a_published_edition_tells_its_prices(rye: Product) -> None:
    edition = draft({rye: 2500}, starts_at=NOON + HOUR)
    assert not OutboxEvent.objects.exists()
    publish(edition)
    fact = told_once(PRICES)
    assert fact.aggregate == "catalog:edition:HOLIDAY"
    coming = price("RYE-1", 2500, starts_at="2026-11-22T18:00:00Z", edition="HOLIDAY")
    assert fact.payload == {"prices": [coming]}


def test_an_edition_rolled_back_before_its_start_tells_its_prices_as_withdrawn(
    rye: Product,
) -> None:
    edition = publish(draft({rye: 2500}, starts_at=NOON + HOUR))
    forget()
    roll_back(edition)
    (gone,) = told_once(PRICES).payload["prices"]
    assert (gone["sku"], gone["edition"], gone["is_withdrawn"]) == ("RYE-1", "HOLIDAY", True)


def test_an_edition_rolled_back_after_its_start_tells_what_holds_again(rye: Product) -> None:
    other = make_product("GIN-1", price_cents=None)
    with transaction():
        schedule_price(
            actor=MANAGER, book_id=PriceBook.objects.get().pk, product_id=other.pk,
            point=PricePoint(NOON, 700), now=NOON,
        )  # fmt: skip
    edition = publish(draft({rye: 2500, other: 800}, starts_at=NOON + HOUR))
    schedule(other, 900, NOON + 2 * HOUR)  # set since: it stays
    forget()
    roll_back(edition, now=NOON + DAY)
    fact = told_once(PRICES)
    assert fact.aggregate == "catalog:edition:HOLIDAY"
    assert fact.payload["prices"] == [price("RYE-1", 2000, starts_at="2026-11-23T17:00:00Z")]


def test_an_edition_that_is_refused_or_rolled_back_with_its_transaction_tells_nothing(
    rye: Product,
) -> None:
    with pytest.raises(EditionNotPublishable):
        publish(draft({}, code="EMPTY"))
    edition = draft({rye: 2500})
    with contextlib.suppress(ZeroDivisionError), transaction():
        publish_edition(actor=MANAGER, edition_id=edition.pk, now=NOON)
        raise ZeroDivisionError
    assert not OutboxEvent.objects.exists()


# --- Modifier groups ------------------------------------------------------------------------------


def test_a_saved_group_tells_the_products_it_belongs_to(rye: Product) -> None:
    for named in ({"Oat": 75}, {"Soy": 50, "Whole": 0}):
        with transaction():
            group = save_modifier_group(name="Milk", minimum=1, maximum=2, choices=named, now=NOON)
        rye.modifier_groups.add(group)
    fact = told_once(PRODUCTS)  # of the second, for the first had no product
    assert fact.aggregate == "catalog:modifier-group:Milk"
    (milk,) = products_of(fact)["RYE-1"]["modifier_groups"]
    choices = [{"name": "Soy", "price_cents": 50}, {"name": "Whole", "price_cents": 0}]
    assert milk == {"name": "Milk", "minimum": 1, "maximum": 2, "choices": choices}
