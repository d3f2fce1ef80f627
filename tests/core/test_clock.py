"""Business dates and opening instants hold on ordinary days and on both clock-change days.

Florida keeps two zones: Eastern in most counties, Central in the western panhandle. In 2026 the
clocks go forward on 8 March (02:00 becomes 03:00) and back on 1 November (02:00 becomes 01:00).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.clock import MINUTES_PER_DAY, business_date, instant_at, local_date

EASTERN = ZoneInfo("America/New_York")
CENTRAL = ZoneInfo("America/Chicago")
SPRING = date(2026, 3, 8)
AUTUMN = date(2026, 11, 1)
SUMMER = date(2026, 7, 4)
HOUR = timedelta(hours=1)
INSTANT = timedelta(microseconds=1)
# Central clocks show the same time one hour later.
florida = pytest.mark.parametrize(("zone", "later"), [(EASTERN, 0 * HOUR), (CENTRAL, HOUR)])

zones = st.sampled_from([EASTERN, CENTRAL])
days = st.dates(min_value=date(2026, 1, 1), max_value=date(2026, 12, 31)) | st.sampled_from(
    [SPRING, SPRING - timedelta(days=1), AUTUMN, AUTUMN - timedelta(days=1)]
)
minutes = st.integers(min_value=0, max_value=2 * MINUTES_PER_DAY)
# Any instant of the year, and often one within hours of a change.
instants = st.datetimes(
    min_value=datetime(2026, 1, 1),  # noqa: DTZ001 - Hypothesis adds the zone
    max_value=datetime(2027, 1, 1),  # noqa: DTZ001 - Hypothesis adds the zone
    timezones=st.just(UTC),
) | st.builds(
    lambda day, seconds: datetime.combine(day, time(), UTC) + timedelta(seconds=seconds),
    st.sampled_from([SPRING, AUTUMN]),
    st.integers(min_value=0, max_value=12 * 3600),
)


def utc(day: date, clock: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), UTC)


def wall_clock(instant: datetime, zone: ZoneInfo) -> datetime:
    """What the store's clock reads at an instant."""
    return instant.astimezone(zone).replace(tzinfo=None)


@florida
@pytest.mark.parametrize(
    ("day", "day_end_hour", "begins"),
    [
        (SUMMER, 0, "04:00"),
        (SUMMER, 4, "08:00"),
        (SPRING, 0, "05:00"),
        (SPRING, 2, "07:00"),  # two o'clock is skipped: the jump ends the day before
        (SPRING, 3, "07:00"),
        (SPRING, 4, "08:00"),
        (AUTUMN, 0, "04:00"),
        (AUTUMN, 1, "05:00"),  # one o'clock comes twice: the first begins the day
        (AUTUMN, 2, "07:00"),
        (AUTUMN, 4, "09:00"),
    ],
)
def test_a_business_day_begins_at_its_day_end_hour_and_not_an_instant_sooner(
    zone: ZoneInfo, later: timedelta, day: date, day_end_hour: int, begins: str
) -> None:
    first = utc(day, begins) + later
    assert business_date(first, zone=zone, day_end_hour=day_end_hour) == day
    before = business_date(first - INSTANT, zone=zone, day_end_hour=day_end_hour)
    assert before == day - timedelta(days=1)


@given(zone=zones, day_end_hour=st.integers(0, 12), one=instants, other=instants)
def test_a_later_instant_never_has_an_earlier_business_date(
    zone: ZoneInfo, day_end_hour: int, one: datetime, other: datetime
) -> None:
    earlier, later = sorted([one, other])
    first = business_date(earlier, zone=zone, day_end_hour=day_end_hour)
    assert first <= business_date(later, zone=zone, day_end_hour=day_end_hour)


def test_the_calendar_date_changes_at_midnight_whatever_the_day_end_hour() -> None:
    assert local_date(utc(SUMMER, "03:59"), zone=EASTERN) == SUMMER - timedelta(days=1)
    assert local_date(utc(SUMMER, "04:00"), zone=EASTERN) == SUMMER


@florida
@pytest.mark.parametrize("minute", [120, 121, 150, 179, 180])
def test_a_time_that_the_clock_skips_is_the_moment_of_the_jump(
    zone: ZoneInfo, later: timedelta, minute: int
) -> None:
    assert instant_at(SPRING, minute, zone=zone) == utc(SPRING, "07:00") + later


@florida
@pytest.mark.parametrize(("minute", "first"), [(60, "05:00"), (90, "05:30"), (120, "07:00")])
def test_a_time_that_the_clock_shows_twice_is_the_first_of_the_two(
    zone: ZoneInfo, later: timedelta, minute: int, first: str
) -> None:
    assert instant_at(AUTUMN, minute, zone=zone) == utc(AUTUMN, first) + later


@pytest.mark.parametrize(
    ("day", "minute", "instant"),
    [
        (SUMMER, 1560, utc(SUMMER + timedelta(days=1), "06:00")),
        (date(2026, 3, 7), MINUTES_PER_DAY + 150, utc(SPRING, "07:00")),
        (date(2026, 10, 31), MINUTES_PER_DAY + 90, utc(AUTUMN, "05:30")),
        (date(2026, 10, 31), MINUTES_PER_DAY + 180, utc(AUTUMN, "08:00")),
    ],
)
def test_minutes_over_a_day_are_a_time_of_the_next_morning(
    day: date, minute: int, instant: datetime
) -> None:
    assert instant_at(day, minute, zone=EASTERN) == instant


@given(zone=zones, day=days, minute=minutes)
def test_the_clock_reads_the_minute_for_the_first_time_unless_it_is_skipped(
    zone: ZoneInfo, day: date, minute: int
) -> None:
    wall = datetime.combine(day, time()) + timedelta(minutes=minute)
    instant = instant_at(day, minute, zone=zone)
    if wall.date() == SPRING and wall.hour == 2:
        assert wall_clock(instant, zone) == datetime.combine(SPRING, time(3))
    else:
        assert wall_clock(instant, zone) == wall
        assert wall_clock(instant - HOUR, zone) != wall


@given(zone=zones, day=days, one=minutes, other=minutes)
def test_instants_are_ordered_as_their_minutes_are(
    zone: ZoneInfo, day: date, one: int, other: int
) -> None:
    earlier, later = sorted([one, other])
    assert instant_at(day, earlier, zone=zone) <= instant_at(day, later, zone=zone)
