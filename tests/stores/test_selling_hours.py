"""When alcohol may be sold: ordinances, nights, exceptions and the two days the clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from apps.stores.rules import STATE_WEEK, is_open, next_opening
from apps.stores.types import Hours, SellingCalendar

from .profiles import FLORIDA

TICK = timedelta(microseconds=1)
STATE = SellingCalendar(weekly=STATE_WEEK, exceptions={})
THURSDAY, SATURDAY, SUNDAY = 3, 5, 6


def week(opens: int, closes: int, *weekdays: int) -> SellingCalendar:
    """One span, in minutes past midnight, on each of the weekdays (on all where none is given)."""
    chosen = weekdays or tuple(range(7))
    return SellingCalendar(dict.fromkeys(chosen, (Hours(opens, closes),)), {})


def wall(text: str, *, fold: int = 0) -> datetime:
    """An instant by the clock on a Florida wall; fold 1 is the second passing of a doubled hour."""
    return datetime.fromisoformat(text).replace(tzinfo=FLORIDA, fold=fold).astimezone(UTC)


def opens_at(calendar: SellingCalendar, instant: datetime) -> bool:
    """Whether sale begins exactly here: lawful now and not a microsecond ago."""
    return is_open(calendar, instant, zone=FLORIDA) and not is_open(
        calendar, instant - TICK, zone=FLORIDA
    )


def closes_at(calendar: SellingCalendar, instant: datetime) -> bool:
    """Whether sale ends exactly here: lawful a microsecond ago and no more."""
    return is_open(calendar, instant - TICK, zone=FLORIDA) and not is_open(
        calendar, instant, zone=FLORIDA
    )


def test_the_state_sells_from_seven_to_midnight_to_the_microsecond() -> None:
    assert opens_at(STATE, wall("2026-11-22T07:00"))
    assert closes_at(STATE, wall("2026-11-23T00:00"))


@pytest.mark.parametrize("text", ["2026-11-22T00:00", "2026-11-22T03:30", "2026-11-22T06:59:59"])
def test_the_state_sells_nothing_between_midnight_and_seven(text: str) -> None:
    assert not is_open(STATE, wall(text), zone=FLORIDA)


def test_pinellas_sells_from_eight_to_three_the_next_morning() -> None:
    pinellas = week(8 * 60, 27 * 60)
    assert opens_at(pinellas, wall("2026-11-22T08:00"))
    assert is_open(pinellas, wall("2026-11-23T00:00"), zone=FLORIDA)
    assert closes_at(pinellas, wall("2026-11-23T03:00"))


def test_hours_past_midnight_belong_to_the_day_on_which_they_begin() -> None:
    saturdays = week(7 * 60, 26 * 60, SATURDAY)
    assert closes_at(saturdays, wall("2026-11-22T02:00"))  # a Sunday, which has no hours itself
    assert not is_open(saturdays, wall("2026-11-21T01:00"), zone=FLORIDA)  # Friday's night


def test_spans_that_touch_are_one_for_the_customer() -> None:
    all_day = week(0, 24 * 60)
    midnight = wall("2026-11-23T00:00")
    assert is_open(all_day, midnight - TICK, zone=FLORIDA)
    assert is_open(all_day, midnight, zone=FLORIDA)


# --- Exceptions -----------------------------------------------------------------------------------


def test_an_exception_stands_in_place_of_the_weekly_hours() -> None:
    new_years_eve = date(2026, 12, 31)
    calendar = SellingCalendar(STATE_WEEK, {new_years_eve: (Hours(9 * 60, 27 * 60),)})
    assert opens_at(calendar, wall("2026-12-31T09:00"))
    assert closes_at(calendar, wall("2027-01-01T03:00"))
    assert opens_at(calendar, wall("2027-01-01T07:00"))


def test_a_closed_day_ends_the_night_of_the_day_before_no_sooner() -> None:
    christmas = date(2026, 12, 25)
    calendar = SellingCalendar(week(7 * 60, 26 * 60).weekly, {christmas: ()})
    assert closes_at(calendar, wall("2026-12-25T02:00"))
    assert not is_open(calendar, wall("2026-12-25T12:00"), zone=FLORIDA)
    assert not is_open(calendar, wall("2026-12-26T01:00"), zone=FLORIDA)  # its own night
    assert opens_at(calendar, wall("2026-12-26T07:00"))


# --- The clocks change: 8 March 2026 skips 02:00-03:00, 1 November 2026 passes 01:00-02:00 twice --


def test_a_close_inside_the_skipped_hour_is_the_moment_of_the_jump() -> None:
    assert closes_at(week(7 * 60, 26 * 60 + 30, SATURDAY), wall("2026-03-08T03:00"))


def test_an_opening_inside_the_skipped_hour_is_the_moment_of_the_jump() -> None:
    assert opens_at(week(2 * 60 + 30, 24 * 60, SUNDAY), wall("2026-03-08T03:00"))


def test_a_span_wholly_inside_the_skipped_hour_never_opens() -> None:
    calendar = week(2 * 60, 3 * 60, SUNDAY)
    saturday = wall("2026-03-07T12:00")
    assert next_opening(calendar, saturday, zone=FLORIDA) == wall("2026-03-15T02:00")


def test_a_close_inside_the_doubled_hour_is_its_first_passing() -> None:
    calendar = week(7 * 60, 25 * 60 + 30, SATURDAY)
    assert closes_at(calendar, wall("2026-11-01T01:30"))
    for text in ("2026-11-01T01:00", "2026-11-01T01:15", "2026-11-01T01:30"):
        assert not is_open(calendar, wall(text, fold=1), zone=FLORIDA)


def test_an_opening_inside_the_doubled_hour_happens_once() -> None:
    calendar = week(60 + 30, 24 * 60, SUNDAY)
    assert opens_at(calendar, wall("2026-11-01T01:30"))
    assert is_open(calendar, wall("2026-11-01T01:00", fold=1), zone=FLORIDA)
    assert is_open(calendar, wall("2026-11-01T01:30", fold=1) - TICK, zone=FLORIDA)


def test_a_close_after_the_doubled_hour_leaves_both_passings_open() -> None:
    calendar = week(7 * 60, 26 * 60, SATURDAY)
    assert is_open(calendar, wall("2026-11-01T01:59:59", fold=1), zone=FLORIDA)
    assert closes_at(calendar, wall("2026-11-01T02:00"))


@pytest.mark.parametrize(
    ("day", "following"), [("2026-03-08", "2026-03-09"), ("2026-11-01", "2026-11-02")]
)
def test_hours_are_by_the_wall_clock_on_days_of_23_and_25_hours(day: str, following: str) -> None:
    assert opens_at(STATE, wall(f"{day}T07:00"))
    assert closes_at(STATE, wall(following))


# --- The next opening -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "opening"),
    [
        ("2026-11-22T03:00", "2026-11-22T07:00"),
        ("2026-11-22T07:00", "2026-11-23T07:00"),  # open since this very instant
        ("2026-11-22T12:00", "2026-11-23T07:00"),
        ("2026-03-08T01:30", "2026-03-08T07:00"),
        ("2026-11-01T01:30", "2026-11-01T07:00"),
    ],
)
def test_the_state_opens_next_at_seven(now: str, opening: str) -> None:
    assert next_opening(STATE, wall(now), zone=FLORIDA) == wall(opening)


def test_the_next_opening_skips_closed_days() -> None:
    thanksgiving = date(2026, 11, 26)
    calendar = SellingCalendar(STATE_WEEK, {thanksgiving: (), date(2026, 11, 27): ()})
    night = wall("2026-11-26T00:00")
    assert next_opening(calendar, night, zone=FLORIDA) == wall("2026-11-28T07:00")


def test_a_store_that_sells_on_one_weekday_opens_within_the_week() -> None:
    calendar = week(9 * 60, 12 * 60, THURSDAY)
    thursday_noon = wall("2026-11-26T12:00")
    assert next_opening(calendar, thursday_noon, zone=FLORIDA) == wall("2026-12-03T09:00")


def test_a_store_that_never_sells_has_no_next_opening() -> None:
    never = SellingCalendar(weekly={}, exceptions={})
    assert next_opening(never, wall("2026-11-22T12:00"), zone=FLORIDA) is None
