"""Rows of payments, for tests that need no Stripe behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from apps.payments.models import Attempt, Location, Payment, Reader, Refund, Tender
from apps.stores.models import Store, Terminal
from tests.conftest import NOON
from tests.factories import make_store, make_terminal

if TYPE_CHECKING:
    from apps.orders.models import Order


def make_payment(**fields: Any) -> Payment:
    """An authorised payment of $21.39."""
    terminal = Terminal.objects.first() or make_terminal(Store.objects.first() or make_store())
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


def make_location(store: Store) -> Location:
    """The store as Stripe Terminal knows it."""
    return Location.objects.create(store=store, stripe_id=f"tml_{uuid4().hex}", created_at=NOON)


def make_reader(store: Store, **fields: Any) -> Reader:
    """A card reader at the counter, online."""
    values: dict[str, Any] = {
        "stripe_id": f"tmr_{uuid4().hex}",
        "label": "Counter 1",
        "device_type": "stripe_s700",
        "serial_number": "S700-1",
        "is_online": True,
        "seen_at": NOON,
        "registered_at": NOON,
    }
    return Reader.objects.create(store=store, **{**values, **fields})


def make_tender(order: Order, **fields: Any) -> Tender:
    """What was handed over for an order: all of it, in cash."""
    values = {"kind": "CASH", "amount_cents": order.total_cents, "at": order.placed_at}
    return Tender.objects.create(order=order, **{**values, **fields})
