"""Sales as rows of the books, with figures that a reader can add up."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from apps.orders.models import Order
from tests.conftest import NOON
from tests.orders.rows import make_order, make_order_line
from tests.payments.rows import make_tender

if TYPE_CHECKING:
    from datetime import datetime

    from apps.catalog.models import Product
    from apps.stores.models import Store

TODAY, LAST_WEEK = date(2026, 11, 22), date(2026, 11, 15)


def take(
    store: Store, cents: int, *, tax: int = 0, at: datetime = NOON, day: date = TODAY, **fields: Any
) -> Order:
    """A sale of so many cents, and so many cents of tax on top; `card` cents of it by card."""
    card = fields.pop("card", 0)
    order = make_order(
        store,
        sequence=Order.objects.filter(store=store).count() + 1,
        subtotal_cents=cents,
        state_tax_cents=tax,
        surtax_cents=0,
        total_cents=cents + tax,
        placed_at=at,
        business_date=day,
        **fields,
    )
    if card:
        make_tender(order, kind="CARD", amount_cents=card)
    if cash := order.total_cents + order.change_cents - card:
        make_tender(order, amount_cents=cash)
    return order


def take_for(store: Store, product: Product, quantity: int, each: int, **fields: Any) -> Order:
    """A sale of one product without tax, with its line; `pack_size` is the line's."""
    pack_size = fields.pop("pack_size", 1)
    tax = fields.get("tax", 0)
    order = take(store, quantity * each, **fields)
    make_order_line(
        order,
        product=product,
        name=product.name,
        quantity=quantity,
        pack_size=pack_size,
        unit_price_cents=each,
        tax_cents=tax,
        total_cents=quantity * each + tax,
    )
    return order


def void(order: Order) -> None:
    """Take a sale back."""
    order.status, order.voided_at = "VOIDED", order.placed_at
    order.save(update_fields=["status", "voided_at"])
