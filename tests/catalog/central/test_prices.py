"""Prices of a head office: what has begun here stays, what is to come is as it is there."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from apps.catalog.models import Price, PriceBook
from tests.catalog.central.documents import bottle, priced
from tests.catalog.central.test_taking_over import prices_of, take
from tests.facts import forget, told_once

if TYPE_CHECKING:
    from datetime import datetime

    from apps.stores.models import Store

DAY = timedelta(days=1)
pytestmark = pytest.mark.django_db


def coming(cents: int, at: datetime) -> dict[str, Any]:
    return priced(cents, at.isoformat())


def test_a_price_begins_when_it_is_known_here_and_not_in_the_past(
    store: Store, now: datetime
) -> None:
    take(now, bottle("BRB-1", priced(2199)))
    later = now + timedelta(minutes=5)
    take(later, bottle("BRB-1", coming(2499, now + timedelta(minutes=2))))
    assert prices_of() == [(now, 2199), (later, 2499)]


def test_prices_to_come_begin_here_when_they_begin_there(store: Store, now: datetime) -> None:
    take(now, bottle("BRB-1", priced(2199), coming(1999, now + DAY), coming(2299, now + 3 * DAY)))
    assert prices_of() == [(now, 2199), (now + DAY, 1999), (now + 3 * DAY, 2299)]


def test_a_price_to_come_that_was_changed_or_taken_back_there_is_so_here(
    store: Store, now: datetime
) -> None:
    take(now, bottle("BRB-1", priced(2199), coming(1999, now + DAY), coming(2299, now + 3 * DAY)))
    forget()
    take(now, bottle("BRB-1", priced(2199), coming(1899, now + DAY)))
    assert prices_of() == [(now, 2199), (now + DAY, 1899)]
    said = [
        (p["price_cents"], p["is_withdrawn"]) for p in told_once("price.changed").payload["prices"]
    ]
    assert said == [(1999, True), (2299, True), (1899, False)]


def test_a_price_that_has_begun_meanwhile_is_not_begun_again(store: Store, now: datetime) -> None:
    page = bottle("BRB-1", priced(2199), coming(1999, now + DAY))
    take(now, page)
    assert take(now + 2 * DAY, bottle("BRB-1", coming(1999, now + DAY))).is_nothing
    assert prices_of() == [(now, 2199), (now + DAY, 1999)]


def test_a_product_whose_price_is_yet_to_come_has_none_before(store: Store, now: datetime) -> None:
    take(now, bottle("BRB-1", coming(1999, now + DAY)))
    assert prices_of() == [(now + DAY, 1999)]


def test_prices_stand_in_the_book_of_the_head_office(store: Store, now: datetime) -> None:
    take(now, bottle("BRB-1", priced(1, book="MIAMI"), priced(2, book="STANDARD")))
    assert dict(Price.objects.values_list("book__code", "price_cents")) == {
        "MIAMI": 1, "STANDARD": 2
    }  # fmt: skip
    assert PriceBook.objects.count() == 2
