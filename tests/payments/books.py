"""Rows of what Stripe told us and of its books, for tests that need no Stripe behind them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

from apps.payments.models import (
    BalanceEntry,
    Difference,
    Dispute,
    Payout,
    Reconciliation,
    StripeEvent,
)
from tests.conftest import NOON


def make_event(**fields: Any) -> StripeEvent:
    """A capture that was told and worked on."""
    values: dict[str, Any] = {
        "id": f"evt_{uuid4().hex}",
        "type": "payment_intent.succeeded",
        "object_id": "pi_1",
        "state": "DONE",
        "created_at": NOON,
        "received_at": NOON,
        "due_at": NOON,
    }
    return StripeEvent.objects.create(**{**values, **fields})


def make_dispute(**fields: Any) -> Dispute:
    """A dispute that waits for an answer."""
    values: dict[str, Any] = {
        "id": f"dp_{uuid4().hex}",
        "amount_cents": 2139,
        "currency": "USD",
        "status": "NEEDS_RESPONSE",
        "reason": "fraudulent",
        "is_charge_refundable": False,
        "opened_at": NOON,
        "changed_at": NOON,
    }
    return Dispute.objects.create(**{**values, **fields})


def make_payout(**fields: Any) -> Payout:
    """A payout that has arrived."""
    values: dict[str, Any] = {
        "id": f"po_{uuid4().hex}",
        "amount_cents": 2039,
        "currency": "USD",
        "status": "PAID",
        "created_at": NOON,
        "arrival_date": NOON.date(),
    }
    return Payout.objects.create(**{**values, **fields})


def make_balance_entry(**fields: Any) -> BalanceEntry:
    """A charge of $21.39 for which Stripe kept a dollar."""
    values: dict[str, Any] = {
        "id": f"txn_{uuid4().hex}",
        "kind": "charge",
        "currency": "USD",
        "amount_cents": 2139,
        "fee_cents": 100,
        "net_cents": 2039,
        "booked_at": NOON,
        "available_at": NOON,
    }
    return BalanceEntry.objects.create(**{**values, **fields})


def make_reconciliation(**fields: Any) -> Reconciliation:
    """A comparison of a day."""
    values: dict[str, Any] = {"since": NOON - timedelta(days=1), "until": NOON, "started_at": NOON}
    return Reconciliation.objects.create(**{**values, **fields})


def make_difference(**fields: Any) -> Difference:
    """A charge that nobody here made."""
    values: dict[str, Any] = {
        "kind": "FOREIGN_CHARGE",
        "subject": "pi_1",
        "ours_cents": 0,
        "theirs_cents": 2139,
        "detail": "Taken by somebody else.",
        "found_at": NOON,
        "seen_at": NOON,
    }
    return Difference.objects.create(**{**values, **fields})
