"""A row that the sale writes in bare SQL is the row that the ORM would have written."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from django.db import connection

from apps.core.models import AuditEntry, IdempotencyRecord, OutboxEvent
from apps.inventory.models import StockBalance, StockMovement
from apps.orders.models import Order, OrderLine, ReceiptCounter
from apps.payments.models import Tender
from apps.stores.models import Store
from tests.conftest import NOON
from tests.goods import basket, line_of

from .sales import ask, fresh, keyed, send

if TYPE_CHECKING:
    from django.db.models import Model

    from apps.catalog.models import Product
    from apps.stores.types import Till

NOTE = 'a "gift" … 50 %s'
TAKEN_AT = datetime(2026, 11, 22, 16, 59, 58, 123_456, tzinfo=UTC)
WRITTEN: list[type[Model]] = [
    Order,
    OrderLine,
    Tender,
    StockMovement,
    StockBalance,
    ReceiptCounter,
    AuditEntry,
    OutboxEvent,
    IdempotencyRecord,
]


@pytest.fixture
def body(till: Till, bourbon: Product) -> dict[str, Any]:
    """Two bottles to an adult, with all that an order can have."""
    Store.objects.update(phone="954 555 0100", receipt_footer="Thank you … come again")
    bourbon.barcodes.create(gtin="00619947000020", pack_size=6)
    line = {"id": str(uuid4()), "barcode": "619947000020", "quantity": 2, "note": NOTE}
    body: dict[str, Any] = basket(line, tip_cents=300, taken_at=TAKEN_AT.isoformat(), cash=30_000)
    return body


def fields_of(row: Model) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


LETTERHEAD = {
    "name": "Broward Liquors",
    "address": "1 Main Street",
    "phone": "954 555 0100",
    "footer": "Thank you … come again",
    "county": "Broward",
    "timezone": "America/New_York",
    "terminal": "Till 1",
}


SUBTOTAL, STATE_TAX, SURTAX = 23_988, 1_439, 240  # twelve at $19.99, at 6 and 1 percent
ORDER: dict[str, Any] = {
    "cash_rounding_cents": 0,
    "certificate_id": None,
    "customer_id": None,
    "exemption": None,
    "points": None,
    "number": "BRW-1-261122-0001",
    "sequence": 1,
    "business_date": date(2026, 11, 22),
    "cashier_name": "Ana",
    "status": "COMPLETED",
    "currency": "USD",
    "subtotal_cents": SUBTOTAL,
    "discount_cents": 0,
    "state_tax_cents": STATE_TAX,
    "surtax_cents": SURTAX,
    "tip_cents": 300,
    "gift_cards_cents": 0,
    "total_cents": SUBTOTAL + STATE_TAX + SURTAX + 300,
    "change_cents": 30_000 - SUBTOTAL - STATE_TAX - SURTAX - 300,
    "minimum_age": 21,
    "age_method": "TYPED",
    "age_rule": "FL 562.11 (2025)",
    "price_book": "STANDARD",
    "rights": {},
    "letterhead": LETTERHEAD,
    "taken_at": TAKEN_AT,
    "placed_at": NOON,
    "voided_at": None,
    "voided_by": "",
    "void_reason": "",
    "shift_id": None,
    "void_shift_id": None,
}


def test_an_order_reads_field_by_field_as_it_was_sold(
    till: Till, bourbon: Product, body: dict[str, Any]
) -> None:
    send(till, body)
    count_it = "The books say -2 of Bourbon are left: count it."
    warning = {"code": "stock-negative", "product_id": bourbon.pk, "on_hand": -2}
    assert fields_of(Order.objects.get()) == {
        **ORDER,
        "id": UUID(body["id"]),
        "store_id": till.store.id,
        "terminal_id": till.register.id,
        "cashier_id": till.clerk.id,
        "fingerprint": ask(body).fingerprint,
        "warnings": [{**warning, "detail": count_it}],
    }


LINE: dict[str, Any] = {
    "position": 0,
    "sku": "BRB-1",
    "name": "Bourbon",
    "gtin": "00619947000020",
    "quantity": 2,
    "pack_size": 6,
    "stock_units": 12,
    "unit_price_cents": 6 * 1999,
    "price_edition": "",
    "discount_cents": 0,
    "is_taxable": True,
    "tax_cents": STATE_TAX + SURTAX,
    "total_cents": SUBTOTAL + STATE_TAX + SURTAX,
    "modifiers": [],
    "discounts": [],
    "note": NOTE,
    "returned_quantity": 0,
    "returned_cents": 0,
}


def test_a_line_reads_field_by_field_as_it_was_sold(
    till: Till, bourbon: Product, body: dict[str, Any]
) -> None:
    send(till, body)
    line_id = UUID(body["lines"][0]["id"])
    expected = {**LINE, "id": line_id, "order_id": UUID(body["id"]), "product_id": bourbon.pk}
    assert fields_of(OrderLine.objects.get()) == expected


def test_a_movement_and_its_balance_read_field_by_field(
    till: Till, bourbon: Product, body: dict[str, Any]
) -> None:
    send(till, body)
    movement = StockMovement.objects.get(kind="SALE")
    assert fields_of(movement) == {
        "id": movement.pk,
        "store_id": till.store.id,
        "product_id": bourbon.pk,
        "quantity": -12,
        "kind": "SALE",
        "document_id": UUID(body["id"]),
        "reason": "",
        "actor_name": "Ana",
        "at": NOON,
    }
    balance = StockBalance.objects.get()
    assert (balance.on_hand, balance.reserved, balance.version) == (-2, 0, 2)


def test_an_answer_reads_as_it_was_sent(till: Till, body: dict[str, Any]) -> None:
    answer = send(till, body, key="k-1")
    record = IdempotencyRecord.objects.get()
    assert record.fingerprint == keyed(fresh(till), body, "k-1").fingerprint
    assert (record.scope, record.key, record.status) == (till.scope, "k-1", 201)
    assert (record.body.encode(), record.created_at) == (answer.body, NOON)


def raw_rows(model: type[Model]) -> list[tuple[Any, ...]]:
    """Rows as the database keeps them; JSON is left out, whose spaces mean nothing."""
    columns = [
        field.column
        for field in model._meta.concrete_fields
        if field.get_internal_type() != "JSONField"
    ]
    key = model._meta.pk.column
    names = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT {names} FROM "{model._meta.db_table}" ORDER BY "{key}"')  # noqa: S608 - names of our own models
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


@pytest.mark.parametrize("model", WRITTEN, ids=lambda model: model.__name__)
def test_a_row_that_the_orm_writes_again_stays_the_same(
    till: Till, chips: Product, body: dict[str, Any], model: type[Model]
) -> None:
    body["lines"].append(line_of(chips))
    send(till, body)
    before = raw_rows(model)
    assert before
    for row in model._default_manager.all():
        row.save_base(force_update=True)  # past what refuses to write a ledger again
    assert raw_rows(model) == before
