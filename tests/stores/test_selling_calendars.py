"""Selling hours hold for any calendar, and for the ordinances of Florida's counties and cities."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.stores.rules import is_open, next_opening
from apps.stores.types import Hours, SellingCalendar

from .profiles import FLORIDA

TICK = timedelta(microseconds=1)
DAY = 24 * 60
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
VECTORS = Path(__file__).parent / "vectors" / "fl_alcohol_hours.json"
ORDINANCES = [
    rule
    for rule in json.loads(VECTORS.read_text(encoding="utf-8"))["rules"]
    if rule["windows"] and all(window["close"] for window in rule["windows"])
]
# An ordinary Monday, and the Fridays before the nights on which the clocks change.
STARTS = [date(2026, 6, 15), date(2026, 3, 6), date(2026, 10, 30)]


def minute_of(text: str) -> int:
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)


def calendar_of(rule: dict[str, Any]) -> SellingCalendar:
    weekly: dict[int, tuple[Hours, ...]] = {}
    for window in rule["windows"]:
        for day in window["days"].split():
            hours = Hours(minute_of(window["open"]), minute_of(window["close"]))
            weekly[WEEKDAYS.index(day)] = (hours,)
    return SellingCalendar(weekly, {})


def lawful(rule: dict[str, Any], weekday: int, minute: int) -> bool:
    """The ordinance read literally: today's window, or yesterday's that runs past midnight."""
    moments = ((WEEKDAYS[weekday], minute), (WEEKDAYS[weekday - 1], minute + DAY))
    return any(
        day in window["days"].split()
        and minute_of(window["open"]) <= at < minute_of(window["close"])
        for window in rule["windows"]
        for day, at in moments
    )


@pytest.mark.parametrize("rule", ORDINANCES, ids=lambda rule: rule["jurisdiction"])
def test_each_quarter_of_an_hour_of_the_week_is_as_the_ordinance_says(rule: dict[str, Any]) -> None:
    calendar = calendar_of(rule)
    for weekday in range(7):
        for minute in range(0, DAY, 15):
            wall = datetime(2026, 6, 15 + weekday, minute // 60, minute % 60, tzinfo=FLORIDA)
            expected = lawful(rule, weekday, minute)
            assert is_open(calendar, wall.astimezone(UTC), zone=FLORIDA) is expected, wall


# --- Any calendar at all --------------------------------------------------------------------------


@st.composite
def spans(draw: st.DrawFn) -> Hours:
    """Any span that the database accepts; often about the hours at which clocks change."""
    minutes = st.one_of(st.integers(0, 2 * DAY - 1), st.integers(60, 180), st.integers(1500, 1620))
    opens = draw(minutes)
    return Hours(opens, draw(st.integers(opens + 1, min(2 * DAY, opens + DAY))))


days_spans = st.lists(spans(), max_size=2).map(tuple)
dates = st.builds(lambda start, by: start + timedelta(days=by), st.sampled_from(STARTS),
                  st.integers(-1, 16))  # fmt: skip
calendars = st.builds(
    SellingCalendar,
    weekly=st.dictionaries(st.integers(0, 6), days_spans),
    exceptions=st.dictionaries(dates, days_spans, max_size=4),
)
instants = st.builds(
    lambda day, past: datetime(day.year, day.month, day.day, tzinfo=UTC) + past,
    st.sampled_from(STARTS),
    st.timedeltas(timedelta(), timedelta(days=4)),
)
shares = st.floats(min_value=0, max_value=1, exclude_max=True)


@given(calendar=calendars, now=instants)
def test_at_the_next_opening_sale_is_lawful(calendar: SellingCalendar, now: datetime) -> None:
    opening = next_opening(calendar, now, zone=FLORIDA)
    assert opening is None or (opening > now and is_open(calendar, opening, zone=FLORIDA))


@given(calendar=calendars, now=instants, share=shares)
def test_from_closed_nothing_opens_before_the_next_opening(
    calendar: SellingCalendar, now: datetime, share: float
) -> None:
    if is_open(calendar, now, zone=FLORIDA):
        return
    # Where there is none, none comes for twelve days whichever hour it is now.
    opening = next_opening(calendar, now, zone=FLORIDA) or now + timedelta(days=12)
    assert not is_open(calendar, opening - TICK, zone=FLORIDA)
    assert not is_open(calendar, now + share * (opening - now - TICK), zone=FLORIDA)
