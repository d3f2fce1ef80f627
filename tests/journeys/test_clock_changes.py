"""The two nights on which the clocks of New York change, from the last sale to the first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from apps.stores.models import SellingHours

from .counter import Refused, basket_of

if TYPE_CHECKING:
    import time_machine

    from apps.catalog.models import Product
    from apps.stores.models import Store

    from .counter import TillProgram

TICK = timedelta(microseconds=1)
HALF_AN_HOUR = timedelta(minutes=30)

# Clocks go back from 2 AM to 1 AM on November 1, and forward from 2 AM to 3 AM on March 14
# (15 U.S.C. 260a): the instant, and what the wall shows half an hour before and after it.
FALL = datetime(2026, 11, 1, 6, tzinfo=UTC)
SPRING = datetime(2027, 3, 14, 7, tzinfo=UTC)
NIGHTS = {
    "fall": (FALL, "261031", ["11/01/2026 01:30 AM", "11/01/2026 01:30 AM"]),
    "spring": (SPRING, "270313", ["03/14/2027 01:30 AM", "03/14/2027 03:30 AM"]),
}
MORNINGS = {
    "fall": (datetime(2026, 11, 1, 12, tzinfo=UTC), "261101", "11/01/2026 07:00 AM"),
    "spring": (datetime(2027, 3, 14, 11, tzinfo=UTC), "270314", "03/14/2027 07:00 AM"),
}


@pytest.fixture
def late_hours(store: Store) -> None:
    """From eight in the morning to three in the next, as in Pinellas."""
    SellingHours.objects.bulk_create(
        SellingHours(store=store, weekday=day, opens_minute=8 * 60, closes_minute=27 * 60)
        for day in range(7)
    )


@pytest.mark.parametrize("night", NIGHTS)
def test_sales_on_both_sides_of_the_change_are_one_night_of_receipts(
    till: TillProgram, chips: Product, clock: time_machine.Traveller, night: str
) -> None:
    change, day, shown = NIGHTS[night]
    orders = []
    for instant in (change - HALF_AN_HOUR, change + HALF_AN_HOUR):
        clock.move_to(instant)
        till.log_in("ana")
        orders.append(till.sell(basket_of(chips), cash=199))
    numbers = [f"BRW-1-{day}-0001", f"BRW-1-{day}-0002"]
    assert [order["number"] for order in orders] == numbers
    assert {order["business_date"].replace("-", "")[2:] for order in orders} == {day}
    for order, number, time in zip(orders, numbers, shown, strict=True):
        assert f"{number} {time}" in till.print(order)


@pytest.mark.parametrize("night", MORNINGS)
def test_the_first_bottle_of_the_day_is_sold_at_seven_by_the_new_clock(
    till: TillProgram, bourbon: Product, clock: time_machine.Traveller, night: str
) -> None:
    seven, day, shown = MORNINGS[night]
    basket = basket_of(bourbon)
    clock.move_to(seven - TICK)
    till.log_in("ana")
    assert not till.quote(basket)["requires"]["selling_hours_ok"]
    with pytest.raises(Refused) as refusal:
        till.sell(basket, cash=2139)
    assert refusal.value.document["opens_at"] == f"{seven:%Y-%m-%dT%H:%M:%SZ}"
    clock.move_to(seven)
    order = till.sell(basket, cash=2139)
    assert order["number"] == f"BRW-1-{day}-0001"
    assert f"{order['number']} {shown}" in till.print(order)


@pytest.mark.parametrize(
    "three", [datetime(2026, 11, 1, 8, tzinfo=UTC), datetime(2027, 3, 14, 7, tzinfo=UTC)]
)
def test_a_store_that_closes_at_three_sells_its_last_bottle_before_three_by_the_wall(
    late_hours: None,
    till: TillProgram,
    bourbon: Product,
    clock: time_machine.Traveller,
    three: datetime,
) -> None:
    clock.move_to(three - TICK)
    till.log_in("ana")
    assert till.sell(basket_of(bourbon), cash=2139)["total_cents"] == 2139
    clock.move_to(three)
    with pytest.raises(Refused) as refusal:
        till.sell(basket_of(bourbon), cash=2139)
    assert refusal.value.code == "outside-selling-hours"
