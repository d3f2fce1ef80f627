"""What must never stand in the tables of stores, the database itself refuses."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.apps import apps
from django.db import IntegrityError
from django.utils import timezone

from apps.stores.models import (
    Approval,
    Licence,
    RoleLimit,
    SellingHours,
    SellingHoursException,
    Staff,
    Store,
    TaxJurisdiction,
    TaxRate,
    TaxTreatment,
    Terminal,
    TillSession,
)
from apps.stores.types import ApprovalAction, LicenceKind, OutletKind, Role, TaxClass
from tests.factories import LICENSED_SINCE, make_county, make_staff, make_store, make_terminal

if TYPE_CHECKING:
    from django.db.models import Model

DAY = date(2026, 11, 22)
DAWN = datetime(2026, 11, 22, 12, tzinfo=UTC)

VALID: dict[type[Model], dict[str, Any]] = {
    Store: {"code": "TWO", "name": "Two", "address": "-", "outlet_kind": OutletKind.CAFE},
    Licence: {"kind": LicenceKind.PS_3, "number": "1", "valid_from": DAY, "valid_until": DAY},
    SellingHours: {"weekday": 6, "opens_minute": 0, "closes_minute": 2880},
    SellingHoursException: {"date": DAY, "opens_minute": 0, "closes_minute": 2880},
    Staff: {"code": "bob", "name": "Bob", "role": Role.AUDITOR},
    TaxRate: {"effective_from": DAY, "state_rate": "0", "surtax_rate": "0.99999"},
    TaxTreatment: {
        "tax_class": TaxClass.ICE,
        "outlet_kind": OutletKind.CAFE,
        "effective_from": DAY,
        "is_taxable": True,
    },
    Terminal: {"number": 1, "name": "Till"},
    RoleLimit: {"role": Role.AUDITOR, "discount_percent": 100, "refund_cents": 0, "void_cents": 0},
    Approval: {
        "action": ApprovalAction.NO_SALE,
        "amount_cents": 0,
        "asked_at": DAWN,
        "expires_at": DAWN,
    },
}

CHECKS: list[tuple[str, type[Model], dict[str, Any]]] = [
    ("store_outlet_kind_is_known", Store, {"outlet_kind": "BAR"}),
    ("store_day_ends_before_noon", Store, {"day_end_hour": 12}),
    ("scale_prints_four_or_five_price_digits", Store, {"price_in_barcode_digits": 6}),
    ("store_recount_limit_not_negative", Store, {"recount_over_cents": -1}),
    ("alcohol_floor_is_a_share_of_the_price", Store, {"alcohol_floor_percent": 101}),
    ("receipts_have_42_or_48_columns", Store, {"receipt_columns": 80}),
    ("licence_kind_is_known", Licence, {"kind": "9PS"}),
    ("licence_ends_after_it_begins", Licence, {"valid_until": DAY - timedelta(days=1)}),
    ("selling_weekday_exists", SellingHours, {"weekday": 7}),
    ("selling_hours_close_after_they_open", SellingHours, {"closes_minute": 0}),
    ("selling_hours_close_after_they_open", SellingHours, {"closes_minute": 2881}),
    ("selling_hours_close_after_they_open", SellingHours, {"opens_minute": 1441}),
    ("exception_closes_after_it_opens", SellingHoursException, {"closes_minute": 0}),
    ("exception_closes_after_it_opens", SellingHoursException, {"closes_minute": 2881}),
    ("exception_closes_after_it_opens", SellingHoursException, {"closes_minute": None}),
    ("exception_closes_after_it_opens", SellingHoursException, {"opens_minute": None}),
    ("exception_closes_after_it_opens", SellingHoursException, {"opens_minute": 1441}),
    ("staff_role_is_known", Staff, {"role": "BOSS"}),
    ("tax_rates_are_fractions", TaxRate, {"state_rate": "1"}),
    ("tax_rates_are_fractions", TaxRate, {"state_rate": "-0.01"}),
    ("tax_rates_are_fractions", TaxRate, {"surtax_rate": "1.5"}),
    ("tax_rates_are_fractions", TaxRate, {"surtax_rate": "-0.01"}),
    ("tax_treatment_class_is_known", TaxTreatment, {"tax_class": "CIGAR"}),
    ("tax_treatment_outlet_is_known", TaxTreatment, {"outlet_kind": "BAR"}),
    ("terminal_number_from_one", Terminal, {"number": 0}),
    ("role_limit_role_is_known", RoleLimit, {"role": "BOSS"}),
    ("role_limit_is_a_percentage", RoleLimit, {"discount_percent": 101}),
    ("role_limits_not_negative", RoleLimit, {"refund_cents": -1}),
    ("role_limits_not_negative", RoleLimit, {"void_cents": -1}),
    ("role_limits_not_negative", RoleLimit, {"pay_out_cents": -1}),
    ("approval_action_is_known", Approval, {"action": "GIVE_AWAY"}),
    ("approval_amount_not_negative", Approval, {"amount_cents": -1}),
    ("approval_is_decided_by_somebody", Approval, {"decided_at": DAWN}),
    ("approval_is_decided_by_somebody", Approval, {"is_denied": True}),
    ("only_what_was_approved_is_used", Approval, {"used_at": DAWN}),
]

# Per rule, the table and the other values with which a second row is welcome.
UNIQUE: list[tuple[str, type[Model], dict[str, Any]]] = [
    ("one_hours_exception_per_store_and_date", SellingHoursException, {"date": LICENSED_SINCE}),
    ("one_tax_rate_per_county_and_date", TaxRate, {"effective_from": LICENSED_SINCE}),
    (
        "one_tax_treatment_per_class_outlet_and_date",
        TaxTreatment,
        {"outlet_kind": OutletKind.PACKAGE_STORE},
    ),
    ("one_terminal_per_store_and_number", Terminal, {"number": 2}),
]


def insert(model: type[Model], **changes: Any) -> Model:
    """A row that is valid but for the changes, in a store or county where it needs one."""
    fields = {**VALID[model], **changes}
    if model in {Store, TaxRate}:
        fields.setdefault("jurisdiction", make_county("Leon"))
    elif model is RoleLimit:
        RoleLimit.objects.all().delete()
    elif model not in {Staff, TaxTreatment}:
        fields.setdefault("store", Store.objects.first() or make_store())
    if model is Approval:
        fields["terminal"] = make_terminal(fields["store"])
        fields["cashier"] = make_staff(fields["store"])
    return model._default_manager.create(**fields)


@pytest.mark.django_db
@pytest.mark.parametrize("model", VALID, ids=lambda model: model.__name__)
def test_a_valid_row_is_welcome(model: type[Model]) -> None:
    assert insert(model).pk


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "model", "changes"), CHECKS)
def test_a_row_that_breaks_a_rule_is_refused(
    name: str, model: type[Model], changes: dict[str, Any]
) -> None:
    with pytest.raises(IntegrityError, match=name):
        insert(model, **changes)


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "model", "other"), UNIQUE)
def test_a_second_row_for_the_same_is_refused(
    name: str, model: type[Model], other: dict[str, Any]
) -> None:
    insert(model)
    insert(model, **other)
    with pytest.raises(IntegrityError, match=r"(?i)unique"):
        insert(model)


def test_every_constraint_of_the_tables_of_stores_is_proved_here() -> None:
    proved = {name for name, _, _ in [*CHECKS, *UNIQUE]}
    declared = {
        constraint.name
        for model in apps.get_app_config("stores").get_models()
        for constraint in model._meta.constraints
        if not getattr(constraint, "expressions", ())  # these have a test of their own below
    }
    assert proved == declared


@pytest.mark.django_db
def test_a_day_without_any_hours_may_stand_as_an_exception() -> None:
    assert insert(SellingHoursException, opens_minute=None, closes_minute=None).pk


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["ana", "Ana", "ANA"])
def test_two_people_never_share_a_staff_code_in_whatever_case(code: str) -> None:
    make_staff(make_store(), code="ana")
    with pytest.raises(IntegrityError):
        insert(Staff, code=code)


@pytest.mark.django_db
@pytest.mark.parametrize("field", ["token_hash", "pairing_code_hash"])
def test_two_terminals_never_share_a_token_or_a_code(field: str) -> None:
    insert(Terminal, **{field: "f" * 64})
    with pytest.raises(IntegrityError, match=field):
        insert(Terminal, number=2, **{field: "f" * 64})


@pytest.mark.django_db
def test_two_sessions_never_share_a_token() -> None:
    store, now = make_store(), timezone.now()
    terminal, staff = make_terminal(store), make_staff(store)
    times = {"created_at": now, "expires_at": now, "last_seen_at": now}
    row = {"terminal": terminal, "staff": staff, "token_hash": "f" * 64, **times}
    TillSession.objects.create(**row)
    with pytest.raises(IntegrityError, match="token_hash"):
        TillSession.objects.create(**row)


@pytest.mark.django_db
@pytest.mark.parametrize("again", [{"name": "Leon"}, {"fips": "12073"}])
def test_a_county_stands_once_by_name_and_by_code(again: dict[str, str]) -> None:
    make_county("Leon")
    with pytest.raises(IntegrityError, match=r"(?i)unique"):
        TaxJurisdiction.objects.create(**{"name": "New", "fips": "99999", **again})


@pytest.mark.django_db
def test_a_store_code_stands_once() -> None:
    make_store("ONE")
    with pytest.raises(IntegrityError, match=r"(?i)unique"):
        make_store("ONE")
