"""What must never stand in the tables of closed shifts and days, the database itself refuses."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import IntegrityError

from apps.orders.models import DayClose, Order, ZAmendment, ZReport
from apps.stores.models import Store
from tests.conftest import NOON
from tests.factories import make_staff, make_store
from tests.payments.drawers import make_shift

from .rows import DAY, make_order

if TYPE_CHECKING:
    from django.db.models import Model

TOMORROW = DAY + timedelta(days=1)
BAD: list[tuple[str, type[Model], dict[str, Any]]] = [
    ("z_report_numbers_from_one", ZReport, {"number": 0}),
    ("z_report_variance_is_the_difference", ZReport, {"variance_cents": 1}),
    ("z_amendment_numbers_from_one", ZAmendment, {"number": 0}),
    ("day_close_numbers_from_one", DayClose, {"number": 0}),
]
UNIQUE: list[tuple[str, type[Model], dict[str, Any], dict[str, Any]]] = [
    ("one_z_report_per_terminal_and_number", ZReport, {}, {"number": 2}),
    ("one_amendment_per_z_and_number", ZAmendment, {}, {"number": 2}),
    ("one_day_close_per_store_and_date", DayClose, {"number": 2}, {"business_date": TOMORROW}),
    ("one_day_close_per_store_and_number", DayClose, {"business_date": TOMORROW}, {"number": 2}),
]
CLOSING_RULES = {rule for rule, _, _ in BAD} | {rule for rule, _, _, _ in UNIQUE}
pytestmark = pytest.mark.django_db


def insert(model: type[Model], **fields: Any) -> Model:
    """A valid row but for the fields: of a new shift, or of a new sale."""
    store = Store.objects.first() or make_store()
    if model is DayClose:
        day = {"store": store, "number": 1, "business_date": DAY, "snapshot": {}}
        return DayClose.objects.create(**{**day, "closed_at": NOON, **fields})
    if model is ZReport:
        return _insert_z(store, **fields)
    sequence = Order.objects.count() + 1
    values = {"number": 1, "expected_cents": 0, "snapshot": {}, "at": NOON}
    values |= {"z": ZReport.objects.first() or _insert_z(store)}
    values |= {"order": make_order(store, sequence=sequence)}
    return ZAmendment.objects.create(**{**values, **fields})


def _insert_z(store: Store, **fields: Any) -> ZReport:
    staff = store.staff.first() or make_staff(store)
    shift = make_shift(store, status="CLOSED", closed_at=NOON, closed_by=staff)
    values = {"shift": shift, "terminal": shift.terminal, "store": store, "number": 1}
    values |= {"business_date": DAY, "expected_cents": 5, "counted_cents": 4, "closed_at": NOON}
    values |= {"variance_cents": -1, "snapshot": {}}
    return ZReport.objects.create(**{**values, **fields})


@pytest.mark.parametrize("model", [ZReport, ZAmendment, DayClose])
def test_a_valid_row_is_welcome(model: type[Model]) -> None:
    assert insert(model).pk


@pytest.mark.parametrize(("rule", "model", "fields"), BAD)
def test_a_row_that_breaks_a_rule_is_refused(
    rule: str, model: type[Model], fields: dict[str, Any]
) -> None:
    with pytest.raises(IntegrityError, match=rule):
        insert(model, **fields)


@pytest.mark.parametrize(("rule", "model", "other"), [(r, m, o) for r, m, _, o in UNIQUE])
def test_a_second_row_for_the_same_is_refused(
    rule: str, model: type[Model], other: dict[str, Any]
) -> None:
    same = next(same for name, _, same, _ in UNIQUE if name == rule)
    insert(model)
    insert(model, **same, **other)
    with pytest.raises(IntegrityError, match=r"(?i)unique"):
        insert(model, **same)


@pytest.mark.parametrize("model", [ZAmendment, DayClose])
def test_what_was_closed_is_written_once(model: type[Model]) -> None:
    row = insert(model)
    with pytest.raises(TypeError):
        row.save()
    with pytest.raises(TypeError):
        model._default_manager.all().update(number=2)
