"""Shifts of the week before the demo: one a day and till, opened with a float, counted at night."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django_subatomic.db import transaction

from apps.core import answers
from apps.orders.services.closing.shifts import count_and_close
from apps.payments.drawer_rules import count_drawer, expect
from apps.payments.drawer_selectors import get_drawer, get_open_shift
from apps.payments.drawer_types import NewShift
from apps.payments.errors import RecountRequired
from apps.payments.services.drawers.opening import open_shift

if TYPE_CHECKING:
    import random
    from datetime import date, datetime

    from apps.stores.types import Till

FLOAT_CENTS = 20_000
# By how much a count is off: most are right, some are a few coins away, one in twelve is far off.
OFF_CENTS = (0, 0, 0, 0, 0, 0, -25, 10, -100, 35, -5, -1_875)


@dataclass
class Night:
    """Who sold last at a till, and when: whoever it is counts the drawer."""

    day: date
    till: Till
    at: datetime


class PastShifts:
    """Opens a till's shift with the first sale of a day, closes it after the last."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        self._open: dict[int, Night] = {}

    def note_sale(self, till: Till, at: datetime) -> None:
        """A sale is about to be made: see that it falls into a shift of its day."""
        day = till.store.business_date(at)
        night = self._open.get(till.register.id)
        if night and night.day != day:
            self._close(night)
            night = None
        if night is None:
            shift_id = UUID(int=self._dice.getrandbits(128), version=4)
            with transaction():
                open_shift(till=till, request=NewShift(shift_id, FLOAT_CENTS), now=at)
        self._open[till.register.id] = Night(day, till, at)

    def close_all(self) -> None:
        """Close what is open when the past ends."""
        for night in self._open.values():
            self._close(night)
        self._open.clear()

    def _close(self, night: Night) -> None:
        till, at = night.till, night.at + timedelta(seconds=30)
        shift = get_open_shift(terminal_id=till.register.id)
        cents = max(expect(get_drawer(shift)) + self._dice.choice(OFF_CENTS), 0)
        for tries in ("first", "second"):
            key = f"{shift.pk} {tries}"
            notes, coins = divmod(cents, 100)
            counted = {"100": notes, "1": coins}
            keyed = answers.Request(till.scope, key, "demo", None)
            read = count_drawer(counted, currency=till.store.currency, key=key)
            try:
                count_and_close(till=till, counted=read, keyed=keyed, now=at)
            except RecountRequired:
                continue
            return
