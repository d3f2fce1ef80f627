"""What must never stand in the tables of payments, the database itself refuses."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import IntegrityError

from apps.payments.models import Tender
from tests.conftest import NOON
from tests.factories import make_store
from tests.orders.rows import make_order

from .books import (
    make_balance_entry,
    make_difference,
    make_dispute,
    make_event,
    make_payout,
    make_reconciliation,
)
from .drawers import DRAWER_RULES
from .rows import make_attempt, make_payment, make_refund
from .stored_value import STORED_VALUE_RULES

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import Model

BAD_PAYMENTS: list[tuple[str, dict[str, Any]]] = [
    ("payment_status_is_known", {"status": "LOST"}),
    ("payment_method_is_known", {"method": "CHECK"}),
    ("payment_is_worth_charging", {"amount_cents": 49, "authorized_cents": 0}),
    ("payment_authorized_within_amount", {"authorized_cents": 2140}),
    ("payment_authorized_within_amount", {"authorized_cents": 2640, "tip_cents": 500}),
    ("payment_captured_within_authorized", {"captured_cents": 2140}),
    ("payment_captured_within_authorized", {"captured_cents": -1}),
    ("payment_refunded_within_captured", {"captured_cents": 100, "refunded_cents": 101}),
    ("payment_refunded_within_captured", {"refunded_cents": -1}),
    ("payment_tip_not_negative", {"tip_cents": -1, "authorized_cents": 0}),
    ("payment_tendered_within_authorized", {"tendered_at": NOON}),
    ("payment_tendered_within_authorized", {"tendered_cents": 2139}),
    ("payment_tendered_within_authorized", {"tendered_at": NOON, "tendered_cents": 0}),
    ("payment_tendered_within_authorized", {"tendered_at": NOON, "tendered_cents": 2140}),
]
BAD_REFUNDS: list[tuple[str, dict[str, Any]]] = [
    ("refund_status_is_known", {"status": "LOST"}),
    ("refund_gives_something_back", {"amount_cents": 0}),
]
BAD_ATTEMPTS: list[tuple[str, dict[str, Any]]] = [
    ("attempt_operation_is_known", {"operation": "STEAL"}),
    ("attempt_state_is_known", {"state": "LOST"}),
]
BAD_BOOKS: list[tuple[str, Callable[..., Model], dict[str, Any]]] = [
    ("stripe_event_state_is_known", make_event, {"state": "LOST"}),
    ("stripe_event_waiting_is_due", make_event, {"state": "WAITING", "due_at": None}),
    ("dispute_status_is_known", make_dispute, {"status": "LOVED"}),
    ("dispute_is_about_something", make_dispute, {"amount_cents": 0}),
    ("payout_status_is_known", make_payout, {"status": "LOST"}),
    ("balance_entry_adds_up", make_balance_entry, {"net_cents": 2139}),
    ("reconciliation_goes_forward", make_reconciliation, {"until": NOON - timedelta(days=2)}),
    ("difference_kind_is_known", make_difference, {"kind": "LOVE"}),
]
ELSEWHERE = {
    "one_open_difference_of_a_kind_per_subject",
    "tender_kind_is_known",
    "one_open_attempt_per_payment_and_operation",
    "one_open_attempt_per_refund",
    *DRAWER_RULES,
    *STORED_VALUE_RULES,
}


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["CASH", "CARD"])
def test_a_tender_of_a_known_kind_is_welcome(kind: str) -> None:
    order = make_order(make_store())
    assert Tender.objects.create(order=order, kind=kind, amount_cents=-1, at=NOON).pk


@pytest.mark.django_db
def test_a_tender_of_an_unknown_kind_is_refused() -> None:
    order = make_order(make_store())
    with pytest.raises(IntegrityError, match="tender_kind_is_known"):
        Tender.objects.create(order=order, kind="CHECK", amount_cents=1, at=NOON)


@pytest.mark.django_db(transaction=True)
def test_a_tender_belongs_to_an_order() -> None:
    with pytest.raises(IntegrityError, match=r"(?i)foreign key"):
        Tender.objects.create(order_id=uuid4(), kind="CASH", amount_cents=1, at=NOON)


@pytest.mark.django_db
@pytest.mark.parametrize(("rule", "fields"), BAD_PAYMENTS)
def test_a_payment_that_breaks_a_rule_is_refused(rule: str, fields: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError, match=rule):
        make_payment(**fields)


@pytest.mark.django_db
@pytest.mark.parametrize(("rule", "fields"), BAD_REFUNDS)
def test_a_refund_that_breaks_a_rule_is_refused(rule: str, fields: dict[str, Any]) -> None:
    payment = make_payment()
    with pytest.raises(IntegrityError, match=rule):
        make_refund(payment, **fields)


@pytest.mark.django_db
@pytest.mark.parametrize(("rule", "fields"), BAD_ATTEMPTS)
def test_an_attempt_that_breaks_a_rule_is_refused(rule: str, fields: dict[str, Any]) -> None:
    payment = make_payment()
    with pytest.raises(IntegrityError, match=rule):
        make_attempt(payment, **fields)


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["SENT", "UNANSWERED"])
def test_the_same_is_asked_of_a_payment_once_at_a_time(state: str) -> None:
    payment = make_payment()
    make_attempt(payment, operation="CAPTURE", state=state)
    with pytest.raises(IntegrityError):
        make_attempt(payment, operation="CAPTURE", state="SENT")


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["SENT", "UNANSWERED"])
def test_a_refund_is_asked_for_once_at_a_time(state: str) -> None:
    payment = make_payment()
    refund = make_refund(payment)
    make_attempt(payment, operation="REFUND", refund=refund, state=state)
    with pytest.raises(IntegrityError):
        make_attempt(payment, operation="REFUND", refund=refund, state="SENT")


@pytest.mark.django_db
@pytest.mark.parametrize(("rule", "make", "fields"), BAD_BOOKS)
def test_what_breaks_a_rule_of_the_books_is_refused(
    rule: str, make: Callable[..., Model], fields: dict[str, Any]
) -> None:
    assert make().pk
    with pytest.raises(IntegrityError, match=rule):
        make(**fields)


@pytest.mark.django_db
def test_a_difference_is_open_once_and_can_come_again() -> None:
    make_difference(closed_at=NOON)
    make_difference()
    with pytest.raises(IntegrityError):
        make_difference()


def test_every_constraint_of_these_tables_is_proved_here() -> None:
    tables = apps.get_app_config("payments").get_models()
    rules = {rule.name for table in tables for rule in table._meta.constraints}
    proved = {rule for rule, _ in (*BAD_PAYMENTS, *BAD_REFUNDS, *BAD_ATTEMPTS)}
    proved |= {rule for rule, _, _ in BAD_BOOKS}
    assert rules == proved | ELSEWHERE
