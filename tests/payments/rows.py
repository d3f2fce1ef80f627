"""Rows of payments, for tests that need no Stripe behind them."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from apps.payments.models import Attempt, Payment, Refund
from apps.stores.models import Terminal
from tests.conftest import NOON
from tests.factories import make_store, make_terminal


def make_payment(**fields: Any) -> Payment:
    """An authorised payment of $21.39."""
    terminal = Terminal.objects.first() or make_terminal(make_store())
    values: dict[str, Any] = {
        "id": uuid4(),
        "store_id": terminal.store_id,
        "terminal": terminal,
        "cashier_name": "Ana",
        "order_id": uuid4(),
        "method": "CARD",
        "currency": "USD",
        "amount_cents": 2139,
        "authorized_cents": 2139,
        "status": "AUTHORIZED",
        "created_at": NOON,
        "changed_at": NOON,
    }
    return Payment.objects.create(**{**values, **fields})


def make_refund(payment: Payment, **fields: Any) -> Refund:
    """A refund of a dollar."""
    values: dict[str, Any] = {
        "id": uuid4(),
        "amount_cents": 100,
        "reason": "Broken",
        "status": "SUCCEEDED",
        "actor_name": "Ana",
        "created_at": NOON,
        "changed_at": NOON,
    }
    return Refund.objects.create(payment=payment, **{**values, **fields})


def make_attempt(payment: Payment, **fields: Any) -> Attempt:
    """A call to Stripe that was answered."""
    values: dict[str, Any] = {
        "operation": "AUTHORIZE",
        "key": str(uuid4()),
        "parameters": {},
        "state": "ANSWERED",
        "first_sent_at": NOON,
        "sent_at": NOON,
    }
    return Attempt.objects.create(payment=payment, **{**values, **fields})
