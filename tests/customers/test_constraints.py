"""What must never stand in the tables of customers, the database itself refuses."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import IntegrityError
from django.db.models import CheckConstraint

from apps.customers.models import (
    Customer,
    ExemptionCertificate,
    LoyaltyAccount,
    LoyaltyEntry,
    LoyaltyProgramme,
)

if TYPE_CHECKING:
    from django.db.models import Model

NOW = datetime(2026, 11, 22, 17, tzinfo=UTC)
VALID: dict[type[Model], dict[str, Any]] = {
    Customer: {"name": "Ada", "registered_at": NOW, "registered_by": "Maria"},
    ExemptionCertificate: {
        "kind": "DR-14",
        "number": "85-1",
        "holder": "First Church",
        "valid_from": NOW.date(),
        "valid_until": NOW.date(),
        "has_copy": True,
        "recorded_by": "Maria",
        "recorded_at": NOW,
    },
    LoyaltyProgramme: {"name": "Regulars"},
    LoyaltyAccount: {},
    LoyaltyEntry: {
        "kind": "EARNED",
        "points": 1,
        "balance_after": 1,
        "actor_name": "Maria",
        "at": NOW,
    },
}
CHECKS: list[tuple[str, type[Model], dict[str, Any]]] = [
    ("a_customer_has_a_name", Customer, {"name": ""}),
    ("a_forgotten_customer_leaves_nothing", Customer, {"forgotten_at": NOW}),
    ("a_phone_has_its_index", Customer, {"phone": "+15615550142"}),
    ("a_phone_has_its_index", Customer, {"phone_index": "ab"}),
    ("an_email_has_its_index", Customer, {"email": "a@example.com"}),
    ("an_email_has_its_index", Customer, {"email_index": "ab"}),
    ("certificate_kind_is_known", ExemptionCertificate, {"kind": "DR-99"}),
    (
        "certificate_ends_after_it_begins",
        ExemptionCertificate,
        {"valid_until": date(2026, 11, 21)},
    ),
    ("resale_certificate_ends_with_its_year", ExemptionCertificate, {"kind": "DR-13"}),
    ("certificate_was_seen_or_verified", ExemptionCertificate, {"has_copy": False}),
    ("a_programme_gives_something", LoyaltyProgramme, {"points_per_dollar": 0}),
    ("a_programme_gives_something", LoyaltyProgramme, {"hundred_points_cents": 0}),
    ("a_programme_gives_something", LoyaltyProgramme, {"minimum_points": 0}),
    ("loyalty_entry_has_the_sign_of_its_kind", LoyaltyEntry, {"points": -1}),
    (
        "loyalty_entry_has_the_sign_of_its_kind",
        LoyaltyEntry,
        {"kind": "ADJUSTED", "points": 0, "reason": "x"},
    ),
    (
        "nobody_spends_points_they_lack",
        LoyaltyEntry,
        {"kind": "REDEEMED", "points": -1, "balance_after": -1},
    ),
    ("points_are_adjusted_for_a_reason", LoyaltyEntry, {"kind": "ADJUSTED"}),
    ("a_revocation_has_its_reason", ExemptionCertificate, {"revoked_at": NOW}),
]


def make(model: type[Model], **fields: Any) -> Model:
    row = {**VALID[model], **fields}
    if model in {Customer, ExemptionCertificate}:
        row = {"id": uuid4(), **row}
    if model is LoyaltyAccount:
        row = {"programme": make(LoyaltyProgramme), "customer": make(Customer), **row}
    if model is LoyaltyEntry:
        row = {"account": LoyaltyAccount.objects.first() or make(LoyaltyAccount), **row}
    return model._default_manager.create(**row)


@pytest.mark.django_db
@pytest.mark.parametrize("model", VALID)
def test_a_sound_row_is_taken(model: type[Model]) -> None:
    assert make(model).pk


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "model", "fields"), CHECKS)
def test_the_database_refuses(name: str, model: type[Model], fields: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError, match=name):
        make(model, **fields)


@pytest.mark.django_db
def test_a_certificate_stands_once() -> None:
    make(ExemptionCertificate)
    make(ExemptionCertificate, kind="DR-13", valid_until=date(2026, 12, 31))
    with pytest.raises(IntegrityError, match=r"(?i)unique"):
        make(ExemptionCertificate)


@pytest.mark.django_db
def test_a_customer_has_one_account_in_a_programme() -> None:
    account = make(LoyaltyAccount)
    with pytest.raises(IntegrityError, match=r"(?i)unique"):
        LoyaltyAccount.objects.create(
            programme=LoyaltyProgramme.objects.get(), customer=Customer.objects.get()
        )
    assert account.pk


@pytest.mark.django_db
@pytest.mark.parametrize(("kind", "points"), [("EARNED", 1), ("REDEEMED", -1)])
def test_an_order_earns_and_redeems_once(kind: str, points: int) -> None:
    order = uuid4()
    make(LoyaltyEntry, kind=kind, points=points, order_id=order)
    make(LoyaltyEntry, kind=kind, points=points, order_id=uuid4())
    with pytest.raises(IntegrityError, match=r"(?i)unique|an_order_earns_and_redeems_once"):
        make(LoyaltyEntry, kind=kind, points=points, order_id=order)


@pytest.mark.django_db
def test_an_entry_is_of_a_kind_that_there_is() -> None:
    # Two rules know the kinds; which of them speaks first is open.
    known = r"loyalty_entry_kind_is_known|loyalty_entry_has_the_sign_of_its_kind"
    with pytest.raises(IntegrityError, match=known):
        make(LoyaltyEntry, kind="STOLEN")


def test_every_check_is_tried() -> None:
    own = {
        constraint.name
        for model in apps.get_app_config("customers").get_models()
        for constraint in model._meta.constraints
        if isinstance(constraint, CheckConstraint)
    }
    assert {name for name, _, _ in CHECKS} | {"loyalty_entry_kind_is_known"} == own
