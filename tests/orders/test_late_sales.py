"""A sale that arrives late is judged as of the instant at which it was made."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.catalog.promotions.types import Schedule
from apps.core.models import AuditEntry
from apps.orders.errors import AgeCheckUnderage, OutsideSellingHours, TakenTooLongAgo
from apps.orders.models import Order
from apps.orders.services.assembling import assemble
from apps.orders.services.promising import Promise
from apps.orders.services.quoting import quote_order
from apps.payments.errors import TenderInsufficient
from tests.catalog.promotions.drafts import STARTED, publish
from tests.conftest import NOON
from tests.goods import ADULT, basket, line_of, set_price
from tests.payments.drawers import closed, opened

from .sales import ask, fresh, read, send, sold

if TYPE_CHECKING:
    from apps.catalog.models import Product
    from apps.stores.types import Till

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
AFTERNOON, EVENING = NOON + 3.5 * HOUR, NOON + 8 * HOUR  # 15:30 and 20:00 on the store's wall
NIGHT = NOON + 13 * HOUR  # one in the morning
FOUR, SEVEN = 16 * 60, 19 * 60  # minutes of the day


def late(till: Till, *lines: Any, at: datetime = AFTERNOON, now: datetime = EVENING) -> Any:
    """The order that comes of a sale made in the afternoon, which arrives in the evening."""
    return sold(till, *lines, taken_at=at.isoformat(), now=now)


def codes_of(order: Any) -> list[str]:
    return [warning["code"] for warning in order["warnings"]]


# --- Happy hour -----------------------------------------------------------------------------------


def test_the_happy_hour_of_a_sale_is_that_in_which_it_was_made(till: Till, chips: Product) -> None:
    publish(schedule=Schedule(STARTED, from_minute=15 * 60, until_minute=FOUR))
    body = basket(line_of(chips, 10), cash=1790)
    with pytest.raises(TenderInsufficient):
        send(till, body, now=EVENING)
    order = read(send(till, {**body, "taken_at": AFTERNOON.isoformat()}, now=EVENING))
    assert (order["discount_cents"], order["change_cents"]) == (200, 0)


def test_a_sale_of_the_afternoon_gets_no_discount_of_the_night(till: Till, chips: Product) -> None:
    publish(schedule=Schedule(STARTED, from_minute=SEVEN, until_minute=23 * 60))
    assert sold(till, line_of(chips, 10), now=EVENING)["discount_cents"] == 200
    assert late(till, line_of(chips, 10))["discount_cents"] == 0


def test_a_weekday_is_that_of_the_sale(till: Till, chips: Product) -> None:
    publish(schedule=Schedule(STARTED, weekdays=frozenset({6})))  # Sundays
    assert late(till, line_of(chips, 10), now=NOON + 24 * HOUR)["discount_cents"] == 200
    assert sold(till, line_of(chips, 10), now=NOON + 24 * HOUR)["discount_cents"] == 0


# --- Prices ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_on_shelf", [False, True])
def test_a_price_is_that_of_the_sale_whatever_is_on_the_shelf(
    till: Till, chips: Product, *, is_on_shelf: bool
) -> None:
    set_price(chips, 299, AFTERNOON + HOUR)
    if is_on_shelf:
        assert sold(till, chips, now=EVENING)["total_cents"] == 299
    assert late(till, chips)["total_cents"] == 199
    assert late(till, chips, at=AFTERNOON + HOUR)["total_cents"] == 299


def test_prices_of_the_past_are_not_put_on_the_shelf(till: Till, chips: Product) -> None:
    request = ask(basket(chips, taken_at=AFTERNOON.isoformat()))
    current, plain = fresh(till), ask(basket(chips))
    assemble(till=current, request=plain, promise=Promise(), now=EVENING)
    counts = []
    for asked in (plain, request, request, plain):
        with CaptureQueriesContext(connection) as captured:
            assemble(till=current, request=asked, promise=Promise(), now=EVENING)
        counts.append(len(captured))
    assert counts == [0, 1, 1, 0]


def test_a_sale_of_the_last_minute_is_sold_from_the_shelf(till: Till, chips: Product) -> None:
    request = ask(basket(chips, taken_at=(EVENING - MINUTE).isoformat()))
    current = fresh(till)
    assemble(till=current, request=request, promise=Promise(), now=EVENING)
    with CaptureQueriesContext(connection) as captured:
        assemble(till=current, request=request, promise=Promise(), now=EVENING)
    assert len(captured) == 0


def test_a_clock_that_is_fast_gets_no_price_of_tomorrow(till: Till, chips: Product) -> None:
    set_price(chips, 99, EVENING + MINUTE)
    assert late(till, chips, at=EVENING + HOUR)["total_cents"] == 199


# --- Quotes ---------------------------------------------------------------------------------------


def quoted(till: Till, body: dict[str, Any], now: datetime) -> int:
    return quote_order(till=fresh(till), request=ask(body), now=now).basket.total_cents


def test_a_quote_holds_for_a_sale_made_in_its_time(till: Till, chips: Product) -> None:
    set_price(chips, 299, AFTERNOON - MINUTE)
    body = basket(chips, taken_at=AFTERNOON.isoformat())
    assert quoted(till, {**body, "taken_at": None}, AFTERNOON - 5 * MINUTE) == 199
    order = read(send(till, body, now=EVENING))
    assert (order["total_cents"], codes_of(order)) == (199, ["price-changed"])


def test_a_quote_made_after_the_sale_promises_nothing(till: Till, chips: Product) -> None:
    set_price(chips, 299, AFTERNOON + HOUR)
    body = basket(chips, taken_at=AFTERNOON.isoformat())
    assert quoted(till, {**body, "taken_at": None}, EVENING - MINUTE) == 299
    order = read(send(till, body, now=EVENING))
    assert (order["total_cents"], order["warnings"]) == (199, [])


def test_a_quote_of_a_late_sale_is_what_it_costs(till: Till, chips: Product) -> None:
    set_price(chips, 299, AFTERNOON + HOUR)
    body = basket(chips, taken_at=AFTERNOON.isoformat())
    assert quoted(till, body, EVENING) == 199
    order = read(send(till, body, now=EVENING))
    assert (order["total_cents"], order["warnings"]) == (199, [])


# --- The law --------------------------------------------------------------------------------------


def test_alcohol_sold_in_hours_arrives_when_the_store_is_closed(
    till: Till, bourbon: Product
) -> None:
    with pytest.raises(OutsideSellingHours):
        sold(till, bourbon, now=NIGHT)
    order = late(till, bourbon, now=NIGHT)
    assert Order.objects.get(pk=order["id"]).placed_at == NIGHT
    assert AuditEntry.objects.get(action="order.completed").at == NIGHT


def test_alcohol_sold_out_of_hours_stays_unlawful_in_the_morning(
    till: Till, bourbon: Product
) -> None:
    with pytest.raises(OutsideSellingHours):
        late(till, bourbon, at=NIGHT, now=NIGHT + 12 * HOUR)


def test_a_birthday_between_sale_and_arrival_makes_nobody_older(
    till: Till, bourbon: Product
) -> None:
    tomorrow_21 = {**ADULT, "date_of_birth": "2005-11-23"}
    body = basket(bourbon, age_check=tomorrow_21, taken_at=AFTERNOON.isoformat())
    with pytest.raises(AgeCheckUnderage):
        send(till, body, now=NOON + 24 * HOUR)
    send(till, {**body, "taken_at": None}, now=NOON + 24 * HOUR)


# --- How late -------------------------------------------------------------------------------------


def test_a_sale_may_be_three_days_late_and_no_more(till: Till, chips: Product) -> None:
    now = AFTERNOON + 72 * HOUR
    assert late(till, chips, now=now)["taken_at"]
    with pytest.raises(TakenTooLongAgo):
        late(till, chips, now=now + timedelta(microseconds=1))


def test_what_arrived_in_time_is_answered_ever_after(till: Till, chips: Product) -> None:
    body = basket(chips, taken_at=AFTERNOON.isoformat())
    order = read(send(till, body, now=EVENING))
    assert read(send(till, body, now=AFTERNOON + 100 * HOUR))["id"] == order["id"]


# --- Shifts ---------------------------------------------------------------------------------------


def test_a_sale_of_no_shift_is_in_the_open_one_and_says_so(till: Till, chips: Product) -> None:
    opened(till)
    closed(till, now=NOON + HOUR)
    shift = opened(till, now=EVENING - HOUR)
    order = late(till, chips)
    [warning] = order["warnings"]
    assert (warning["code"], warning["shift_id"]) == ("taken-outside-shift", str(shift.pk))
    row = Order.objects.get(pk=order["id"])
    assert (row.shift_id, row.warnings) == (shift.pk, order["warnings"])


def test_a_sale_of_a_shifts_time_says_nothing(till: Till, chips: Product) -> None:
    opened(till)
    assert late(till, chips, at=NOON)["warnings"] == []
    closed(till, now=EVENING - HOUR)
    opened(till, now=EVENING - MINUTE)
    assert late(till, chips)["warnings"] == []


def test_a_till_without_a_drawer_has_no_shift_to_be_outside_of(till: Till, chips: Product) -> None:
    assert late(till, chips)["warnings"] == []
