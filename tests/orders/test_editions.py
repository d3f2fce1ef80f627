"""An edition begins in the middle of a sale's life: to the second, and a quote keeps its price."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from apps.orders.models import OrderLine
from apps.orders.services.quoting import quote_order
from apps.stores.types import Role
from tests.catalog.editions import draft, publish, roll_back
from tests.conftest import NOON
from tests.factories import make_store, open_till
from tests.goods import basket, line_of, make_snack

from .sales import ask, booked, fresh, read, send, sold

if TYPE_CHECKING:
    from apps.stores.types import Till

pytestmark = pytest.mark.django_db

FLORIDA = ZoneInfo("America/New_York")
SECOND = timedelta(seconds=1)
STARTS = [
    datetime(2026, 11, 24, tzinfo=FLORIDA),  # 23:59:59, then 00:00:00
    datetime(2027, 3, 14, 3, tzinfo=FLORIDA),  # 01:59:59, then 03:00:00
    datetime(2027, 11, 7, 1, 30, tzinfo=FLORIDA),
    datetime(2027, 11, 7, 1, 30, tzinfo=FLORIDA, fold=1),  # half past one once more
]


@pytest.fixture
def till(db: None) -> Till:
    till, _ = open_till(make_store(), Role.MANAGER, now=NOON)
    return till


@pytest.mark.parametrize("start", STARTS)
def test_an_edition_is_charged_from_its_very_second_on(till: Till, start: datetime) -> None:
    chips = make_snack(price_cents=199)
    publish(draft({chips: 249}, starts_at=start))
    at = start.astimezone(UTC)
    orders = [sold(till, chips, now=now) for now in (at - SECOND, at)]
    lines = [order["lines"][0] for order in orders]
    charged = [(line["unit_price_cents"], line["price_edition"]) for line in lines]
    assert charged == [(199, ""), (249, "HOLIDAY")]


def test_a_line_keeps_the_edition_of_its_price_when_that_is_rolled_back(till: Till) -> None:
    chips = make_snack(price_cents=199)
    edition = publish(draft({chips: 249}, starts_at=NOON))
    order = sold(till, chips)
    roll_back(edition, now=NOON + SECOND)
    assert booked(till, order["id"])["lines"][0]["price_edition"] == "HOLIDAY"
    assert sold(till, chips, now=NOON + SECOND)["lines"][0]["price_edition"] == ""


def test_a_price_set_by_hand_is_of_no_edition(till: Till) -> None:
    chips = make_snack(price_cents=249)
    publish(draft({chips: 259}, starts_at=NOON))
    sold(till, line_of(chips, unit_price_cents=255))
    sold(till, line_of(chips, unit_price_cents=259))
    assert sorted(OrderLine.objects.values_list("price_edition", flat=True)) == ["", "HOLIDAY"]


def test_a_quote_from_before_the_start_keeps_its_price_and_names_no_edition(till: Till) -> None:
    chips = make_snack(price_cents=199)
    start = NOON + timedelta(minutes=5)
    publish(draft({chips: 249}, starts_at=start))
    body = basket(chips)
    quote_order(till=fresh(till), request=ask(body), now=NOON)
    (line,) = read(send(till, body, now=start))["lines"]
    assert (line["unit_price_cents"], line["price_edition"]) == (199, "")
