"""What must never stand in the tables of shifts, the database itself refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.db import IntegrityError

from apps.payments.models import CashMovement, DrawerCount, Shift
from apps.stores.models import Store
from tests.conftest import NOON
from tests.factories import make_store

from .drawers import DRAWER_RULES, make_shift

if TYPE_CHECKING:
    from django.db.models import Model

BAD: list[tuple[str, type[Model], dict[str, Any]]] = [
    ("shift_float_not_negative", Shift, {"opening_float_cents": -1}),
    ("a_closed_shift_has_its_time", Shift, {"status": "CLOSED"}),
    ("a_closed_shift_has_its_time", Shift, {"closed_at": NOON}),
    ("cash_movement_amount_fits_its_kind", CashMovement, {"amount_cents": 0}),
    ("cash_movement_amount_fits_its_kind", CashMovement, {"amount_cents": -1}),
    ("cash_movement_amount_fits_its_kind", CashMovement, {"kind": "NO_SALE"}),
    ("cash_movement_amount_fits_its_kind", CashMovement, {"kind": "VARIANCE", "amount_cents": 0}),
    ("cash_movement_has_a_reason", CashMovement, {"reason": ""}),
    ("drawer_count_not_negative", DrawerCount, {"counted_cents": -1}),
]
UNIQUE: list[tuple[str, type[Model], dict[str, Any], dict[str, Any]]] = [
    ("one_open_shift_per_terminal", Shift, {}, {}),
    ("one_drawer_count_per_shift_and_number", DrawerCount, {}, {}),
    ("one_final_count_per_shift", DrawerCount, {"is_final": True}, {"is_final": True, "number": 2}),
]
KNOWN = {"shift_status_is_known", "cash_movement_kind_is_known"}
pytestmark = pytest.mark.django_db


def insert(model: type[Model], **fields: Any) -> Model:
    store = Store.objects.first() or make_store()
    if model is Shift:
        return make_shift(store, **fields)
    shift = Shift.objects.first() or make_shift(store)
    if model is CashMovement:
        values = {"kind": "DROP", "amount_cents": 100, "reason": "safe", "actor_name": "Ana"}
        values |= {"id": uuid4(), "at": NOON, "shift": shift}
        return CashMovement.objects.create(**{**values, **fields})
    values = {"number": 1, "denominations": {}, "counted_cents": 0, "expected_cents": 0, "key": "k"}
    values |= {"shift": shift, "is_final": False, "counted_by": "Ana", "counted_at": NOON}
    return DrawerCount.objects.create(**{**values, **fields})


@pytest.mark.parametrize("model", [Shift, CashMovement, DrawerCount])
def test_a_valid_row_is_welcome(model: type[Model]) -> None:
    assert insert(model).pk


def test_a_variance_may_be_negative_and_a_no_sale_moves_nothing() -> None:
    assert insert(CashMovement, kind="VARIANCE", amount_cents=-5).pk
    assert insert(CashMovement, kind="NO_SALE", amount_cents=0).pk


@pytest.mark.parametrize(("rule", "model", "fields"), BAD)
def test_a_row_that_breaks_a_rule_is_refused(
    rule: str, model: type[Model], fields: dict[str, Any]
) -> None:
    with pytest.raises(IntegrityError, match=rule):
        insert(model, **fields)


@pytest.mark.parametrize(("rule", "model", "first", "second"), UNIQUE)
def test_a_second_row_for_the_same_is_refused(
    rule: str, model: type[Model], first: dict[str, Any], second: dict[str, Any]
) -> None:
    insert(model, **first)
    with pytest.raises(IntegrityError, match=r"(?i)unique"):
        insert(model, **second)


@pytest.mark.parametrize(("model", "field"), [(Shift, "status"), (CashMovement, "kind")])
def test_a_word_that_nobody_knows_is_refused(model: type[Model], field: str) -> None:
    # The rules about times and amounts do not know it either; which speaks first is open.
    with pytest.raises(IntegrityError, match=r"is_known|has_its_time|fits_its_kind"):
        insert(model, **{field: "LOST"})


def test_a_terminal_may_have_many_closed_shifts() -> None:
    shift = make_shift(make_store())
    gone = {"status": "CLOSED", "closed_at": NOON, "closed_by": shift.opened_by}
    Shift.objects.update(**gone)
    make_shift(shift.store, **gone)
    make_shift(shift.store)


@pytest.mark.parametrize("model", [CashMovement, DrawerCount])
def test_a_row_of_the_drawer_is_written_once(model: type[Model]) -> None:
    row = insert(model)
    with pytest.raises(TypeError):
        row.save()
    with pytest.raises(TypeError):
        model._default_manager.all().delete()


def test_every_rule_of_these_tables_is_proved_here() -> None:
    proved = {rule for rule, _, _ in BAD} | {rule for rule, _, _, _ in UNIQUE} | KNOWN
    tables = (Shift, CashMovement, DrawerCount)
    assert proved == {rule.name for table in tables for rule in table._meta.constraints}
    assert proved == DRAWER_RULES
