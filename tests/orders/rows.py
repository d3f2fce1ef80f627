"""Orders as rows, for tests that need one in the books and not the sale that made it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from apps.orders.models import (
    BlindReturn,
    BlindReturnLine,
    Order,
    OrderLine,
    PrintJob,
    ReceiptEmail,
    Return,
    ReturnLine,
)
from apps.stores.models import Staff
from tests.conftest import NOON
from tests.factories import make_staff, make_terminal
from tests.goods import make_product
from tests.payments.stored_value import make_account, make_entry

if TYPE_CHECKING:
    from apps.stores.models import Store

DAY = date(2026, 11, 22)


def make_order(store: Store, **fields: Any) -> Order:
    """A completed sale of $10.00 and 70 cents of tax, without lines or tenders."""
    terminal = store.terminals.first() or make_terminal(store)
    sequence = fields.setdefault("sequence", 1)
    defaults: dict[str, Any] = {
        "id": uuid4(),
        "number": f"{store.code}-{terminal.number}-261122-{sequence:04d}",
        "business_date": DAY,
        "store": store,
        "terminal": terminal,
        "cashier": Staff.objects.first() or make_staff(store),
        "cashier_name": "Ana",
        "status": "COMPLETED",
        "currency": "USD",
        "subtotal_cents": 1000,
        "discount_cents": 0,
        "state_tax_cents": 60,
        "surtax_cents": 10,
        "tip_cents": 0,
        "total_cents": 1070,
        "change_cents": 0,
        "price_book": "STANDARD",
        "letterhead": {},
        "warnings": [],
        "fingerprint": "f" * 64,
        "placed_at": NOON,
    }
    return Order.objects.create(**{**defaults, **fields})


def make_order_line(order: Order, **fields: Any) -> OrderLine:
    """Two bottles at $5.00 with 70 cents of tax, on the order's next position."""
    defaults: dict[str, Any] = {
        "id": uuid4(),
        "order": order,
        "position": order.lines.count(),
        "sku": "BRB-1",
        "name": "Bourbon",
        "quantity": 2,
        "pack_size": 1,
        "stock_units": 2,
        "unit_price_cents": 500,
        "discount_cents": 0,
        "is_taxable": True,
        "tax_cents": 70,
        "total_cents": 1070,
        "modifiers": [],
    }
    if "product" not in fields:
        known = OrderLine.objects.first()
        fields["product"] = known.product if known else make_product()
    return OrderLine.objects.create(**{**defaults, **fields})


def make_return(order: Order, **fields: Any) -> Return:
    """A bottle of an order brought back on the day of the sale, without lines or tenders."""
    defaults: dict[str, Any] = {
        "id": uuid4(),
        "order": order,
        "store_id": order.store_id,
        "terminal_id": order.terminal_id,
        "cashier_id": order.cashier_id,
        "cashier_name": "Lea",
        "business_date": DAY,
        "reason": "corked",
        "tax_cents": 35,
        "total_cents": 535,
        "fingerprint": "f" * 64,
        "returned_at": NOON,
    }
    return Return.objects.create(**{**defaults, **fields})


def make_return_line(given: Return, **fields: Any) -> ReturnLine:
    """One bottle at $5.00 with 35 cents of tax, put back on the shelf."""
    defaults: dict[str, Any] = {
        "of_return": given,
        "quantity": 1,
        "stock_units": 1,
        "is_restocked": True,
        "tax_cents": 35,
        "total_cents": 535,
    }
    return ReturnLine.objects.create(**{**defaults, **fields})


def make_blind_return(order: Order, **fields: Any) -> BlindReturn:
    """A bottle brought back without a receipt to the store and till of an order, without lines."""
    entry = make_entry(
        make_account(kind="STORE_CREDIT"), kind="CREDITED", return_id=uuid4(), reason=""
    )
    defaults: dict[str, Any] = {
        "id": uuid4(),
        "store_id": order.store_id,
        "terminal_id": order.terminal_id,
        "cashier_id": order.cashier_id,
        "cashier_name": "Lea",
        "approved_by": "Maria",
        "business_date": DAY,
        "reason": "a gift",
        "tax_cents": 35,
        "total_cents": 535,
        "entry": entry,
        "fingerprint": "f" * 64,
        "returned_at": NOON,
    }
    return BlindReturn.objects.create(**{**defaults, **fields})


def make_blind_return_line(given: BlindReturn, order: Order, **fields: Any) -> BlindReturnLine:
    """One bottle at $5.00 with 35 cents of tax, put back on the shelf."""
    sold = order.lines.first() or make_order_line(order)
    defaults: dict[str, Any] = {
        "of_return": given,
        "product_id": sold.product_id,
        "sku": "BRB-1",
        "name": "Bourbon",
        "quantity": 1,
        "pack_size": 1,
        "stock_units": 1,
        "is_restocked": True,
        "unit_price_cents": 500,
        "is_price_named": False,
        "tax_cents": 35,
        "total_cents": 535,
    }
    return BlindReturnLine.objects.create(**{**defaults, **fields})


def make_email(order: Order, **fields: Any) -> ReceiptEmail:
    """A receipt that could not be sent, for an address that is still known."""
    defaults: dict[str, Any] = {
        "order": order,
        "address": "maria@example.com",
        "masked": "m***@e***.com",
        "copies": 0,
        "state": "FAILED",
        "reason": "The mail server refuses the address: 550 no such user",
        "attempts": 1,
        "attempts_allowed": 3,
        "asked_by": "Ana",
        "asked_at": NOON,
        "ended_at": NOON,
    }
    return ReceiptEmail.objects.create(**{**defaults, **fields})


def make_print_job(order: Order, **fields: Any) -> PrintJob:
    """A receipt that waits at the till that sold it."""
    defaults: dict[str, Any] = {
        "id": uuid4(),
        "kind": "RECEIPT",
        "store_id": order.store_id,
        "terminal_id": order.terminal_id,
        "order_id": order.pk,
        "is_from_its_till": False,
        "state": "QUEUED",
        "attempts_allowed": 3,
        "asked_by": "Ana",
        "asked_at": NOON,
        "due_at": NOON,
    }
    return PrintJob.objects.create(**{**defaults, **fields})
