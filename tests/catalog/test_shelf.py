"""The shelf: a till's look-ups cost nothing once warm, one statement when cold, and never age."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_subatomic.db import transaction

from apps.catalog import shelf
from apps.catalog.models import Barcode, Modifier, ModifierGroup, Product
from apps.catalog.services.pricing import give_store_its_book, schedule_price
from apps.catalog.types import ModifierChoice, PricePoint
from apps.core.reference import bump_revision, read_revision
from tests.factories import MANAGER, make_store
from tests.goods import PRICED_SINCE, make_product, set_price

from .conftest import Asker
from .files import bottle, take_in, upc

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from pytest_django import DjangoAssertNumQueries

pytestmark = pytest.mark.django_db

TICK = timedelta(microseconds=1)
DAY = timedelta(days=1)


def statements_of(till: Asker, products: Sequence[Product], now: datetime) -> int:
    """How many statements a cold look-up costs, half by code and half by id, the book known."""
    shelf.clear()
    revision = read_revision()
    shelf.book_of(store_id=till.store.pk, revision=revision)
    gtins = {code.gtin for product in products[::2] for code in product.barcodes.all()}
    ids = {product.pk for product in products[1::2]}
    with CaptureQueriesContext(connection) as queries:
        found = shelf.take(shelf.Wanted(till.store.pk, revision, now, gtins, ids))
    assert found.items.keys() == {product.pk for product in products}
    return len(queries)


def make_products(count: int, *groups: ModifierGroup) -> list[Product]:
    products = [
        make_product(f"P-{number}", barcodes=[(upc(2 * number), 1), (upc(2 * number + 1), 6)])
        for number in range(count)
    ]
    for product in products:
        product.modifier_groups.set(groups)
        set_price(product, 2499, PRICED_SINCE + DAY)
    return products


def make_group(name: str, *choices: str) -> ModifierGroup:
    group = ModifierGroup.objects.create(name=name)
    for choice in choices:
        Modifier.objects.create(group=group, name=choice, price_cents=50)
    return group


def bump() -> int:
    with transaction():
        bump_revision()
    return read_revision()


# --- What a look-up costs -------------------------------------------------------------------------


def test_a_warm_look_up_costs_no_statement(
    till: Asker, now: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    products = make_products(2)
    gtins = [code.gtin for code in products[0].barcodes.all()]
    wanted = shelf.Wanted(till.store.pk, read_revision(), now, gtins, [products[1].pk])
    cold = shelf.take(wanted)
    with django_assert_num_queries(0):
        assert shelf.take(wanted) == cold
    assert cold.items.keys() == {product.pk for product in products}


def test_a_product_seen_by_code_is_known_by_id_and_by_its_other_codes(
    till: Asker, now: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    (product,) = make_products(1)
    revision = read_revision()
    first, second = (code.gtin for code in product.barcodes.order_by("pk"))
    shelf.take(shelf.Wanted(till.store.pk, revision, now, [first]))
    with django_assert_num_queries(0):
        found = shelf.take(shelf.Wanted(till.store.pk, revision, now, [second], [product.pk]))
    assert found.codes == {second: (product.pk, 6)}


def test_a_cold_look_up_costs_one_statement_however_many_products(
    till: Asker, now: datetime
) -> None:
    products = make_products(20)
    assert statements_of(till, products[:2], now) == 1
    assert statements_of(till, products, now) == 1


def test_products_with_modifiers_cost_a_few_more_however_many(till: Asker, now: datetime) -> None:
    products = make_products(20, make_group("Milk", "Oat", "Soy"), make_group("Size", "Small"))
    assert statements_of(till, products[:2], now) == 4
    assert statements_of(till, products, now) == 4


def test_only_what_is_missing_is_fetched(till: Asker, now: datetime) -> None:
    products = make_products(3)
    revision = read_revision()
    ids = [product.pk for product in products]
    kept = till.item(ids[0], now)
    Product.objects.update(name="Changed behind the services' back")
    found = shelf.take(shelf.Wanted(till.store.pk, revision, now, (), ids))
    assert found.items[ids[0]] is kept
    assert found.items[ids[1]].name == "Changed behind the services' back"


# --- What changes is seen at once -----------------------------------------------------------------


def test_a_new_price_is_seen_at_once(till: Asker, now: datetime) -> None:
    product = make_product(price_cents=1999)
    assert till.price(product.pk, now) == 1999
    price = set_price(product, 1, now - DAY)
    with transaction():
        schedule_price(
            actor=MANAGER,
            book_id=price.book_id,
            product_id=product.pk,
            point=PricePoint(now, 2499),
            now=now,
        )
    assert till.price(product.pk, now) == 2499


@pytest.mark.usefixtures("book")
def test_what_an_import_changes_is_seen_at_once(till: Asker, now: datetime) -> None:
    take_in(bottle(barcodes=upc(1)), now=now)
    product = Product.objects.get()
    before = till.item(product.pk, now)
    take_in(bottle(name="Rye", price="9.99", barcodes=upc(2)), now=now + DAY)
    after = till.item(product.pk, now + DAY)
    assert before is not None
    assert after is not None
    assert (before.name, before.price_at(now)) == ("Bourbon BRB-1", 2199)
    assert (after.name, after.price_at(now + DAY)) == ("Rye", 999)
    assert len(after.barcodes) == 2


def test_an_entry_of_an_older_revision_is_never_used_by_a_newer_reader(
    till: Asker, now: datetime
) -> None:
    product = make_product()
    till.item(product.pk, now)
    Product.objects.update(name="New")
    bump()
    item = till.item(product.pk, now)
    assert item is not None
    assert item.name == "New"


def test_an_older_reader_can_never_add_what_it_loaded(till: Asker, now: datetime) -> None:
    product, old = make_product(), read_revision()
    assert bump() > old
    till.item(0, now)  # a reader of the new revision
    stale = till.item(product.pk, now, revision=old)
    Product.objects.update(name="New")  # what the older reader's snapshot did not hold
    fresh = till.item(product.pk, now)
    assert stale is not None
    assert fresh is not None
    assert (stale.name, fresh.name) == ("Bourbon BRB-1", "New")


# --- What stands on it ----------------------------------------------------------------------------


def test_two_stores_with_books_of_their_own_see_their_own_prices(
    till: Asker, now: datetime
) -> None:
    product = make_product(price_cents=1999)
    other = Asker(make_store("AIR", county="Leon"))
    with transaction():
        book = give_store_its_book(store_id=other.store.pk, code="AIRPORT", name="Airport")
        schedule_price(
            actor=MANAGER,
            book_id=book.pk,
            product_id=product.pk,
            point=PricePoint(PRICED_SINCE, 2999),
            now=PRICED_SINCE,
        )
    for _ in ("cold", "warm"):
        assert (till.price(product.pk, now), other.price(product.pk, now)) == (1999, 2999)
    items = till.item(product.pk, now), other.item(product.pk, now)
    assert [item and item.price_book for item in items] == ["STANDARD", "AIRPORT"]


def test_a_store_without_a_book_has_the_product_but_no_price(now: datetime) -> None:
    product = make_product()
    item = Asker(make_store()).item(product.pk, now)
    assert item is not None
    assert (item.price_book, item.prices, item.price_at(now)) == ("", (), None)


def test_only_the_price_in_force_and_the_later_ones_are_loaded(till: Asker, now: datetime) -> None:
    product = make_product(price_cents=None)
    for days, cents in [(3, 5), (-3, 1), (-1, 3), (-2, 2), (1, 4)]:
        set_price(product, cents, now + days * DAY)
    item = till.item(product.pk, now)
    assert item is not None
    assert item.prices == (
        PricePoint(now - DAY, 3),
        PricePoint(now + DAY, 4),
        PricePoint(now + 3 * DAY, 5),
    )


def test_a_reader_a_moment_behind_the_one_that_loaded_still_has_its_price(
    till: Asker, now: datetime
) -> None:
    product = make_product(price_cents=1999)
    set_price(product, 2499, now)
    assert till.price(product.pk, now + TICK) == 2499
    assert till.price(product.pk, now - TICK) == 1999


@pytest.mark.parametrize("percent", ["0.0", "0.1", "4.2", "13.3", "40.0", "76.5", "95.6", "100.0"])
def test_the_strength_of_a_drink_is_exact(till: Asker, percent: str, now: datetime) -> None:
    product = make_product(abv_percent=Decimal(percent))
    item = till.item(product.pk, now)
    assert item is not None
    assert str(item.abv_percent) == percent


def test_alcohol_asks_for_21_whatever_the_product_says(till: Asker, now: datetime) -> None:
    item = till.item(make_product(minimum_age=18).pk, now)
    assert item is not None
    assert item.minimum_age == 21


def test_modifiers_are_the_active_ones_in_their_order(till: Asker, now: datetime) -> None:
    size, milk = make_group("Size", "Small", "Large"), make_group("Milk", "Soy", "Oat", "Almond")
    Modifier.objects.filter(name="Soy").update(is_active=False)
    (product,) = make_products(1, milk, size)
    item = till.item(product.pk, now)
    assert item is not None
    assert [(group.name, group.minimum, group.maximum) for group in item.modifier_groups] == [
        ("Size", 0, 1),
        ("Milk", 0, 1),
    ]
    assert [choice.name for choice in item.modifier_groups[1].choices] == ["Oat", "Almond"]
    (first, _) = item.modifier_groups[0].choices
    assert first == ModifierChoice(size.modifiers.order_by("pk")[0].pk, "Small", 50)


def test_what_does_not_exist_is_left_out(till: Asker, now: datetime) -> None:
    product = make_product()
    wanted = shelf.Wanted(till.store.pk, read_revision(), now, [upc(1).zfill(14)], [0, product.pk])
    found = shelf.take(wanted)
    assert (set(found.codes), set(found.items)) == (set(), {product.pk})


def test_a_code_that_is_switched_off_is_not_found_and_not_shown(till: Asker, now: datetime) -> None:
    product = make_product(barcodes=[(upc(1), 1), (upc(2), 6)])
    Barcode.objects.filter(pack_size=6).update(is_active=False)
    wanted = shelf.Wanted(till.store.pk, read_revision(), now, [upc(2).zfill(14)], [product.pk])
    found = shelf.take(wanted)
    assert found.codes == {}
    assert found.items[product.pk].barcodes == ((upc(1).zfill(14), 1),)
