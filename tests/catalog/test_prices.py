"""There is one lawful price at any instant, and what has begun is never rewritten."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError
from django_subatomic.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.catalog import shelf
from apps.catalog.errors import PriceInThePast, PriceTaken
from apps.catalog.models import Price, Product
from apps.catalog.services.pricing import give_store_its_book, schedule_price, withdraw_price
from apps.catalog.types import PricePoint
from apps.core.errors import DomainError
from apps.core.models import AuditEntry
from apps.core.reference import read_revision
from tests.factories import MANAGER
from tests.goods import make_product

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

    from apps.catalog.models import PriceBook

    from .conftest import Asker

pytestmark = pytest.mark.django_db

TICK = timedelta(microseconds=1)
DAY = timedelta(days=1)
FLORIDA = ZoneInfo("America/New_York")
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
SKIPPED_HOUR = datetime(2026, 3, 8, 3, tzinfo=FLORIDA)  # the first instant after 01:59:59
FIRST_PASSING = datetime(2026, 11, 1, 1, 30, tzinfo=FLORIDA)
SECOND_PASSING = FIRST_PASSING.replace(fold=1)


@pytest.fixture
def product(book: PriceBook) -> Product:
    return make_product(price_cents=None)


def schedule(
    book: PriceBook, product: Product, cents: int, starts_at: datetime, now: datetime = LONG_AGO
) -> Price:
    """A manager's new price."""
    with transaction():
        return schedule_price(
            actor=MANAGER,
            book_id=book.pk,
            product_id=product.pk,
            point=PricePoint(starts_at, cents),
            now=now,
        )


def withdraw(price_id: int, now: datetime) -> None:
    with transaction():
        withdraw_price(actor=MANAGER, price_id=price_id, now=now)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(starts=st.sets(st.integers(0, 999), min_size=1), asked=st.sets(st.integers(-99, 1_099)))
def test_at_any_instant_after_the_first_start_exactly_one_price_is_in_force(
    till: Asker, book: PriceBook, product: Product, starts: set[int], asked: set[int]
) -> None:
    Price.objects.all().delete()
    for minute in starts:
        schedule(book, product, minute, LONG_AGO + timedelta(minutes=minute))
    for minute in sorted(asked | starts):
        instant = LONG_AGO + timedelta(minutes=minute)
        lawful = max((start for start in starts if start <= minute), default=None)
        warm = till.price(product.pk, instant)  # loaded at an earlier instant
        shelf.clear()
        assert (warm, till.price(product.pk, instant)) == (lawful, lawful)


@pytest.mark.parametrize(
    "switch", [datetime(2026, 11, 23, 9, tzinfo=UTC), SKIPPED_HOUR, FIRST_PASSING, SECOND_PASSING]
)
def test_a_scheduled_price_switches_at_its_exact_instant_on_a_warm_shelf(
    till: Asker,
    book: PriceBook,
    product: Product,
    switch: datetime,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    schedule(book, product, 1999, LONG_AGO)
    schedule(book, product, 2499, switch)
    instant, revision = switch.astimezone(UTC), read_revision()
    till.item(product.pk, instant - DAY)
    with django_assert_num_queries(0):
        item = till.item(product.pk, instant, revision)
    assert item is not None
    assert (item.price_at(instant - TICK), item.price_at(instant)) == (1999, 2499)


def test_the_doubled_hour_of_november_holds_two_prices(
    till: Asker, book: PriceBook, product: Product
) -> None:
    first, second = FIRST_PASSING.astimezone(UTC), SECOND_PASSING.astimezone(UTC)
    schedule(book, product, 100, FIRST_PASSING)
    schedule(book, product, 200, SECOND_PASSING)
    assert second - first == timedelta(hours=1)
    asked = [first - TICK, first, second - TICK, second]
    assert [till.price(product.pk, instant) for instant in asked] == [None, 100, 100, 200]


def test_a_price_may_begin_this_very_instant(
    till: Asker, book: PriceBook, product: Product, now: datetime
) -> None:
    schedule(book, product, 1999, now, now)
    assert till.price(product.pk, now) == 1999


@pytest.mark.parametrize("ago", [TICK, DAY, timedelta(days=3650)])
def test_a_price_never_begins_in_the_past(
    book: PriceBook, product: Product, ago: timedelta, now: datetime
) -> None:
    with pytest.raises(PriceInThePast):
        schedule(book, product, 1, now - ago, now)
    assert not Price.objects.exists()


def test_a_second_price_at_the_same_instant_is_refused_and_changes_nothing(
    till: Asker, book: PriceBook, product: Product, now: datetime
) -> None:
    schedule(book, product, 1999, now, now)
    before = read_revision()
    with pytest.raises(PriceTaken):
        schedule(book, product, 1, now, now)
    assert till.price(product.pk, now) == 1999
    assert (AuditEntry.objects.count(), read_revision()) == (1, before)


def test_the_same_instant_on_another_clock_is_the_same_instant(
    book: PriceBook, product: Product
) -> None:
    schedule(book, product, 1999, SECOND_PASSING)
    with pytest.raises(PriceTaken):
        schedule(book, product, 1999, SECOND_PASSING.astimezone(UTC))


def test_the_database_itself_refuses_two_prices_at_one_instant(
    book: PriceBook, product: Product, now: datetime
) -> None:
    price = schedule(book, product, 1999, now)
    with pytest.raises(IntegrityError, match=r"(?i)unique"):
        Price.objects.create(
            book=book, product=product, starts_at=price.starts_at, price_cents=1, created_at=now
        )


def test_a_new_price_is_written_down_with_who_set_it(
    book: PriceBook, product: Product, now: datetime
) -> None:
    price = schedule(book, product, 1999, now + DAY, now)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.subject) == ("price.scheduled", f"product:{product.pk}")
    assert (entry.actor_name, entry.at, price.created_by) == ("Maria", now, "Maria")
    starts_at = (now + DAY).isoformat()
    assert entry.facts == {"book": book.pk, "price_cents": 1999, "starts_at": starts_at}


def test_a_price_that_has_not_begun_can_be_withdrawn(
    till: Asker, book: PriceBook, product: Product, now: datetime
) -> None:
    schedule(book, product, 1999, LONG_AGO)
    sale = schedule(book, product, 999, now + DAY)
    assert till.price(product.pk, now + DAY) == 999
    withdraw(sale.pk, now + DAY - TICK)
    assert till.price(product.pk, now + DAY) == 1999


def test_a_withdrawal_is_written_down(book: PriceBook, product: Product, now: datetime) -> None:
    withdraw(schedule(book, product, 999, now + DAY).pk, now)
    entry = AuditEntry.objects.get(action="price.withdrawn")
    assert (entry.subject, entry.actor_name) == (f"product:{product.pk}", "Maria")
    assert entry.facts == {"price_cents": 999, "starts_at": (now + DAY).isoformat()}


@pytest.mark.parametrize("since", [timedelta(0), TICK, DAY])
def test_a_price_that_has_begun_is_never_withdrawn(
    till: Asker, book: PriceBook, product: Product, since: timedelta, now: datetime
) -> None:
    price = schedule(book, product, 1999, now)
    with pytest.raises(PriceInThePast, match="in force already"):
        withdraw(price.pk, now + since)
    assert till.price(product.pk, now) == 1999
    assert not AuditEntry.objects.filter(action="price.withdrawn").exists()


def test_a_price_that_somebody_else_withdrew_is_a_refusal(
    book: PriceBook, product: Product, now: datetime
) -> None:
    price = schedule(book, product, 999, now + DAY)
    withdraw(price.pk, now)
    with pytest.raises(DomainError):
        withdraw(price.pk, now)


def test_a_store_that_changes_its_book_sells_by_the_new_one_at_once(
    till: Asker, book: PriceBook, product: Product, now: datetime
) -> None:
    schedule(book, product, 1999, LONG_AGO)
    assert till.price(product.pk, now) == 1999
    with transaction():
        other = give_store_its_book(store_id=till.store.pk, code="AIRPORT", name="Airport")
    assert till.price(product.pk, now) is None
    schedule(other, product, 2999, LONG_AGO)
    assert till.price(product.pk, now) == 2999
