"""Money that goes back over the counter stands in the books as a negative tender."""

from __future__ import annotations

import pytest
from django_subatomic.db import _MissingRequiredTransaction, transaction

from apps.payments.models import Tender
from apps.payments.services import hand_back_cash
from tests.conftest import NOON
from tests.factories import make_store
from tests.orders.rows import make_order

pytestmark = pytest.mark.django_db


def test_cash_handed_back_is_a_negative_tender_of_the_order() -> None:
    order = make_order(make_store())
    with transaction():
        hand_back_cash(order_id=order.pk, amount_cents=1070, now=NOON)
    tender = Tender.objects.get()
    assert (tender.order_id, tender.kind, tender.amount_cents) == (order.pk, "CASH", -1070)
    assert (tender.payment_id, tender.at) == (None, NOON)


def test_cash_is_handed_back_in_the_callers_transaction_only() -> None:
    order = make_order(make_store())
    with pytest.raises(_MissingRequiredTransaction):
        hand_back_cash(order_id=order.pk, amount_cents=1070, now=NOON)
    assert not Tender.objects.exists()
