"""Local time for shops: business dates and opening instants, right on both clock-change days.

Nothing here reads the clock; `now` is always an argument, an aware instant.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

MINUTES_PER_DAY = 24 * 60


def business_date(now: datetime, *, zone: ZoneInfo, day_end_hour: int) -> date:
    """The date a sale at `now` is booked on: the local date, moved by the store's day-end hour.

    With a day-end hour of 4, half past two in the morning still belongs to the day before.
    """
    wall = now.astimezone(zone).replace(tzinfo=None)
    return (wall - timedelta(hours=day_end_hour)).date()


def local_date(now: datetime, *, zone: ZoneInfo) -> date:
    """The calendar date on the store's wall."""
    return now.astimezone(zone).date()


def instant_at(day: date, minute: int, *, zone: ZoneInfo) -> datetime:
    """The first instant at which the store's clock reads `minute` minutes past `day`'s midnight.

    `minute` may exceed a day: 1,560 is two o'clock in the next morning. Where the clock shows that
    time twice (autumn) it is the first; where it skips that time (spring) it is the jump.
    """
    wall = datetime.combine(day, time()) + timedelta(minutes=minute)
    earlier = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if earlier.astimezone(zone).replace(tzinfo=None) == wall:
        return earlier
    return _jump_before(earlier, wall, zone)


def _jump_before(after: datetime, wall: datetime, zone: ZoneInfo) -> datetime:
    """The clock change that skipped `wall`, known to lie shortly before `after`."""
    before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) / 2
        if middle.astimezone(zone).replace(tzinfo=None) < wall:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)
