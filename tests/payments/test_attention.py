"""What a manager has to look at: money that has not followed its order, until it was seen to."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection

from apps.core.types import Actor, ActorKind
from apps.payments.attention import WAITS_LONG, get_attention, list_payments_waiting
from apps.payments.services.differing import close_difference
from tests.conftest import NOON
from tests.payments.books import make_difference
from tests.payments.rows import make_payment

if TYPE_CHECKING:
    from apps.payments.models import Payment

pytestmark = pytest.mark.django_db
ANA = Actor(ActorKind.USER, "1", "Ana", "user:1")
LONG_AGO = NOON - WAITS_LONG


def sold(**fields: Any) -> Payment:
    """A payment of which an order takes $21.39, placed long enough ago."""
    return make_payment(**{"tendered_at": LONG_AGO, "tendered_cents": 2139, **fields})


def waiting() -> list[Payment]:
    return list(list_payments_waiting(now=NOON))


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "AUTHORIZED"},
        {"status": "CANCELED"},
        {"status": "FAILED"},
        {"status": "CAPTURED", "captured_cents": 2138},
        {"status": "PARTIALLY_REFUNDED", "captured_cents": 2000, "refunded_cents": 100},
        {"status": "REFUNDED", "captured_cents": 2000, "refunded_cents": 2000},
    ],
)
def test_a_sold_payment_that_did_not_bring_its_orders_share_is_waited_for(
    fields: dict[str, Any],
) -> None:
    payment = sold(**fields)
    assert waiting() == [payment]
    assert get_attention(now=NOON).waiting == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "CAPTURED", "captured_cents": 2139},
        {"status": "CAPTURED", "captured_cents": 2000, "tendered_cents": 2000},
        {"status": "REFUNDED", "captured_cents": 2139, "refunded_cents": 2139},
        {"status": "CANCELED", "tendered_at": NOON - WAITS_LONG + timedelta(seconds=1)},
        {"status": "CANCELED", "tendered_at": None, "tendered_cents": None},
        {"status": "CANCELED", "released_at": LONG_AGO},
        {"status": "UNKNOWN"},  # it stands among those whose outcome is not known
    ],
)
def test_money_that_is_here_or_not_owed_is_not_waited_for(fields: dict[str, Any]) -> None:
    sold(**fields)
    assert waiting() == []


def test_what_a_person_has_seen_to_is_waited_for_no_more(db: None) -> None:
    payment = sold(status="CANCELED")
    row = make_difference(kind="MISSING_CAPTURE", subject=str(payment.pk), payment=payment)
    assert waiting() == [payment]
    close_difference(actor=ANA, difference_id=row.pk, note="Paid in cash.", now=NOON)
    assert waiting() == []
    make_difference(kind="MISSING_CAPTURE", subject=str(payment.pk), payment=payment)
    assert waiting() == [payment]


def test_what_closed_by_itself_or_was_about_something_else_is_not_seen_to(db: None) -> None:
    payment = sold(status="CANCELED")
    about = {"subject": str(payment.pk), "payment": payment, "closed_at": NOON}
    make_difference(kind="MISSING_CAPTURE", closed_by="reconciliation", **about)
    make_difference(kind="EXPIRING", closed_by="Ana", **about)
    assert waiting() == [payment]


@pytest.mark.postgres
def test_sold_payments_without_their_money_are_found_by_an_index(db: None) -> None:
    sql, parameters = list_payments_waiting(now=NOON).query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {sql}", parameters)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "payments_sold_not_taken" in plan
