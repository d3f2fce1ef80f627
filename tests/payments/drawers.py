"""Shifts in the words of a test: opened with a float, moved, counted, closed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import orjson
from django_subatomic.db import transaction

from apps.core import answers
from apps.orders.services.closing.shifts import count_and_close
from apps.payments.drawer_rules import count_drawer, expect
from apps.payments.drawer_selectors import find_open_shift, get_drawer
from apps.payments.drawer_types import CashMovementKind, NewMovement, NewShift
from apps.payments.models import Shift
from apps.payments.services.drawers.moving import move_cash
from apps.payments.services.drawers.opening import open_shift
from apps.stores.models import Terminal
from tests.conftest import NOON
from tests.factories import make_staff

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from apps.payments.models import CashMovement
    from apps.stores.models import Store
    from apps.stores.types import Till

FLOAT_CENTS = 20_000
DRAWER_RULES = {  # proved in test_drawer_constraints.py
    "shift_status_is_known",
    "one_open_shift_per_terminal",
    "shift_float_not_negative",
    "a_closed_shift_has_its_time",
    "cash_movement_kind_is_known",
    "cash_movement_amount_fits_its_kind",
    "cash_movement_has_a_reason",
    "one_drawer_count_per_shift_and_number",
    "one_final_count_per_shift",
    "drawer_count_not_negative",
}

type Document = dict[str, Any]


def opened(till: Till, float_cents: int = FLOAT_CENTS, *, now: datetime = NOON) -> Shift:
    """A shift opened at a till."""
    with transaction():
        return open_shift(till=till, request=NewShift(uuid4(), float_cents), now=now)


def moved(
    till: Till, kind: str, cents: int, *, reason: str = "change", now: datetime = NOON
) -> CashMovement:
    """Cash put into the till's drawer, or taken out."""
    request = NewMovement(uuid4(), CashMovementKind(kind), cents, reason)
    with transaction():
        return move_cash(till=till, request=request, now=now)


def in_coins(cents: int) -> dict[str, int]:
    """A count that comes to so many cents."""
    return {"100": cents // 100, "1": cents % 100}


def expected(till: Till) -> int:
    """What should lie in the till's drawer now."""
    shift = find_open_shift(terminal_id=till.register.id)
    assert shift is not None
    return expect(get_drawer(shift))


def send_count(
    till: Till, counted: Mapping[str, int], *, now: datetime = NOON, key: str | None = None
) -> answers.Answer:
    """The answer to a count that is to close the till's shift."""
    key = key or str(uuid4())
    keyed = answers.Request(
        till.scope, key, "POST /api/v1/shifts/current/close", {"counted": {**counted}}
    )
    read = count_drawer(counted, currency=till.store.currency, key=key)
    return count_and_close(till=till, counted=read, keyed=keyed, now=now)


def closed(till: Till, cents: int | None = None, *, off: int = 0, now: datetime = NOON) -> Document:
    """The Z of the till's shift, closed with so much, or with what should be there and a bit."""
    counted = expected(till) + off if cents is None else cents
    z: Document = orjson.loads(send_count(till, in_coins(counted), now=now).body)
    return z


def make_shift(store: Store, **fields: Any) -> Shift:
    """A row of an open shift, without anything that happened in it."""
    terminal = Terminal.objects.filter(store=store).first() or Terminal.objects.create(
        store=store, number=1, name="Till 1"
    )
    staff = store.staff.first() or make_staff(store)
    values: dict[str, Any] = {
        "id": uuid4(),
        "terminal": terminal,
        "store": store,
        "business_date": NOON.date(),
        "status": "OPEN",
        "opening_float_cents": FLOAT_CENTS,
        "opened_by": staff,
        "opened_by_name": staff.name,
        "opened_at": NOON,
    }
    return Shift.objects.create(**{**values, **fields})
