"""Money that goes back stands in the books as negative tenders, as it came."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from django_subatomic.db import _MissingRequiredTransaction, transaction

from apps.payments.errors import PaymentNotCapturable
from apps.payments.models import Payment, Tender
from apps.payments.services.tenders import claim_payments, hand_back_tenders
from apps.payments.types import Tender as Taken
from apps.payments.types import TenderKind
from tests.conftest import NOON
from tests.factories import make_store
from tests.orders.rows import make_order
from tests.payments.rows import make_payment

pytestmark = pytest.mark.django_db


def taken(order_id: UUID, kind: str, cents: int, payment_id: UUID | None = None) -> None:
    Tender.objects.create(
        order_id=order_id, kind=kind, amount_cents=cents, payment_id=payment_id, at=NOON
    )


def test_cash_goes_back_less_the_change_that_was_given() -> None:
    order = make_order(make_store())
    taken(order.pk, "CASH", 2000)
    with transaction():
        hand_back_tenders(order_id=order.pk, change_cents=930, actor_name="Ana", now=NOON)
    back = Tender.objects.get(amount_cents__lt=0)
    assert (back.order_id, back.kind, back.amount_cents) == (order.pk, "CASH", -1070)
    assert (back.payment_id, back.at) == (None, NOON)


def test_a_card_goes_back_to_the_card() -> None:
    order = make_order(make_store())
    payment = make_payment(order_id=order.pk, tendered_at=NOON, tendered_cents=2139)
    taken(order.pk, "CARD", 1070, payment.pk)
    with transaction():
        hand_back_tenders(order_id=order.pk, change_cents=0, actor_name="Ana", now=NOON)
    back = Tender.objects.get(amount_cents__lt=0)
    assert (back.kind, back.amount_cents, back.payment_id) == ("CARD", -1070, payment.pk)
    payment.refresh_from_db()
    assert payment.released_at == NOON


def test_tenders_are_handed_back_in_the_callers_transaction_only() -> None:
    order = make_order(make_store())
    taken(order.pk, "CASH", 1070)
    with pytest.raises(_MissingRequiredTransaction):
        hand_back_tenders(order_id=order.pk, change_cents=0, actor_name="Ana", now=NOON)
    assert Tender.objects.count() == 1


def test_a_payment_is_claimed_by_one_order_only() -> None:
    payment = make_payment()
    tenders = [Taken(TenderKind.CARD, payment.authorized_cents, payment.pk)]
    with transaction():
        claim_payments(order_id=payment.order_id, tenders=tenders, now=NOON)
    assert Payment.objects.get().tendered_at == NOON
    with pytest.raises(PaymentNotCapturable), transaction():
        claim_payments(order_id=uuid4(), tenders=tenders, now=NOON)


@pytest.mark.parametrize("status", ["PENDING", "UNKNOWN", "CAPTURED", "CANCELED", "FAILED"])
def test_a_payment_that_is_not_authorized_is_claimed_by_none(status: str) -> None:
    payment = make_payment(status=status)
    tenders = [Taken(TenderKind.CARD, payment.authorized_cents, payment.pk)]
    with pytest.raises(PaymentNotCapturable), transaction():
        claim_payments(order_id=payment.order_id, tenders=tenders, now=NOON)
