"""Alcohol is sold within the lawful hours of the moment of payment, and only then."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from apps.orders.compliance import check_hours
from apps.orders.errors import OutsideSellingHours
from apps.stores.rules import STATE_WEEK
from apps.stores.types import Hours, SellingCalendar
from tests.stores.profiles import make_profile

from .baskets import CHIPS, CIGARS, line, price

if TYPE_CHECKING:
    from apps.stores.types import StoreProfile

TICK = timedelta(microseconds=1)
FLORIDA, PANHANDLE = ZoneInfo("America/New_York"), ZoneInfo("America/Chicago")
BOTTLE = price([line(1999)])
DRY_GOODS = price([line(199, item=CHIPS), line(999, item=CIGARS)])
STATE = make_profile()
# Seven in the morning to two the next, every day.
LATE = make_profile(
    calendar=SellingCalendar(dict.fromkeys(range(7), (Hours(7 * 60, 26 * 60),)), {})
)
NEVER = make_profile(calendar=SellingCalendar(dict.fromkeys(range(7), ()), {}))


def wall(text: str, *, fold: int = 0, zone: ZoneInfo = FLORIDA) -> datetime:
    """An instant by the clock on the store's wall."""
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).astimezone(UTC)


def refusal_at(now: datetime, store: StoreProfile = STATE) -> OutsideSellingHours | None:
    try:
        check_hours(BOTTLE, store=store, now=now)
    except OutsideSellingHours as refusal:
        return refusal
    return None


def test_alcohol_is_sold_from_seven_on() -> None:
    assert refusal_at(wall("2026-11-22T07:00") - TICK)
    assert not refusal_at(wall("2026-11-22T07:00"))


def test_a_basket_parked_before_closing_is_refused_when_it_is_paid_after() -> None:
    midnight = wall("2026-11-23T00:00")
    check_hours(BOTTLE, store=STATE, now=midnight - TICK)
    with pytest.raises(OutsideSellingHours):
        check_hours(BOTTLE, store=STATE, now=midnight)


def test_what_is_no_alcohol_is_sold_at_any_hour() -> None:
    for hour in range(24):
        check_hours(DRY_GOODS, store=STATE, now=wall(f"2026-11-22T{hour:02d}:30"))


def test_one_bottle_among_dry_goods_makes_the_basket_wait() -> None:
    mixed = price([line(199, item=CHIPS), line(1999)])
    with pytest.raises(OutsideSellingHours):
        check_hours(mixed, store=STATE, now=wall("2026-11-22T03:00"))


def test_a_refusal_says_when_sale_is_lawful_again() -> None:
    refusal = refusal_at(wall("2026-11-23T00:30"))
    assert refusal
    assert refusal.facts == {"opens_at": "2026-11-23T12:00:00Z"}
    assert refusal.detail == "Alcohol may be sold here again from Monday 07:00."


def test_a_store_that_never_sells_names_no_hour() -> None:
    refusal = refusal_at(wall("2026-11-22T12:00"), NEVER)
    assert refusal
    assert refusal.facts == {"opens_at": None}


def test_an_ordinance_past_midnight_belongs_to_the_day_before() -> None:
    assert not refusal_at(wall("2026-11-23T02:00") - TICK, LATE)
    assert refusal_at(wall("2026-11-23T02:00"), LATE)


def test_hours_are_those_on_the_stores_own_wall() -> None:
    panhandle = make_profile(zone=PANHANDLE, timezone=PANHANDLE.key)
    seven_in_miami = wall("2026-11-22T07:00")
    assert not refusal_at(seven_in_miami)
    refusal = refusal_at(seven_in_miami, panhandle)
    assert refusal
    assert refusal.facts == {"opens_at": "2026-11-22T13:00:00Z"}
    assert not refusal_at(wall("2026-11-22T07:00", zone=PANHANDLE), panhandle)


def test_a_closed_holiday_is_closed_all_day() -> None:
    christmas = date(2026, 12, 25)
    store = make_profile(calendar=SellingCalendar(STATE_WEEK, {christmas: ()}))
    refusal = refusal_at(wall("2026-12-25T12:00"), store)
    assert refusal
    assert refusal.facts == {"opens_at": "2026-12-26T12:00:00Z"}


# --- The two days on which the clocks change ------------------------------------------------------


@pytest.mark.parametrize("fold", [0, 1])
def test_the_hour_that_comes_twice_in_autumn_is_sold_in_both_times(fold: int) -> None:
    assert not refusal_at(wall("2026-11-01T01:30", fold=fold), LATE)


def test_the_night_of_autumn_ends_at_two_by_the_clock_that_was_set_back() -> None:
    two = wall("2026-11-01T02:00")
    assert two == datetime(2026, 11, 1, 7, tzinfo=UTC)
    assert not refusal_at(two - TICK, LATE)
    refusal = refusal_at(two, LATE)
    assert refusal
    assert refusal.facts == {"opens_at": "2026-11-01T12:00:00Z"}  # five hours on, at 07:00 EST


def test_the_night_of_spring_ends_when_two_oclock_is_skipped() -> None:
    jump = datetime(2026, 3, 8, 7, tzinfo=UTC)  # from 01:59:59 EST to 03:00:00 EDT
    assert not refusal_at(jump - TICK, LATE)
    refusal = refusal_at(jump, LATE)
    assert refusal
    assert refusal.facts == {"opens_at": "2026-03-08T11:00:00Z"}  # four hours on, at 07:00 EDT


@pytest.mark.parametrize(
    ("day", "opens"), [("2026-03-08", "2026-03-08T11:00"), ("2026-11-01", "2026-11-01T12:00")]
)
def test_the_state_opens_at_seven_by_the_new_clock_on_both_days(day: str, opens: str) -> None:
    instant = datetime.fromisoformat(opens).replace(tzinfo=UTC)
    assert wall(f"{day}T07:00") == instant
    assert refusal_at(instant - TICK)
    assert not refusal_at(instant)
