"""The SQL of the sale: what one completed order writes, in a fixed number of statements.

The ORM takes two thirds of a sale's speed (docs/adr/0003-the-sale-is-written-in-sql.md), so this
one transaction leaves it. The SQL is portable; PostgreSQL gets it prepared and pipelined. A test
holds every table and column named here against the models.

The order of the statements is the order of locks: first what only this terminal uses (its audit
chain, its receipt number), then the inserts, and last the stock that other tills sell from, so that
a product everybody sells is locked for the shortest time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from apps.core import audit, outbox
from apps.core.sql import Batch
from apps.inventory.statements import add_to_balances, levels_of
from apps.inventory.types import MovementKind
from apps.orders.documents import describe_discounts, describe_exemption, sold_units
from apps.orders.types import OrderStatus
from apps.payments.drawer_locks import SHIFT_COLUMNS, look_for_shift, read_shift

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from apps.core.events import Event
    from apps.core.sql import Statement
    from apps.inventory.types import StockLevel
    from apps.orders.types import OrderRequest, PricedLine, Sale
    from apps.payments.types import Tender
    from apps.stores.types import Till

TABLES: dict[str, tuple[str, ...]] = {
    "orders_order": (
        "id",
        "number",
        "sequence",
        "business_date",
        "store_id",
        "terminal_id",
        "cashier_id",
        "cashier_name",
        "shift_id",
        "status",
        "currency",
        "subtotal_cents",
        "discount_cents",
        "state_tax_cents",
        "surtax_cents",
        "tip_cents",
        "gift_cards_cents",
        "total_cents",
        "change_cents",
        "cash_rounding_cents",
        "minimum_age",
        "age_method",
        "age_rule",
        "price_book",
        "rights",
        "letterhead",
        "warnings",
        "customer_id",
        "certificate_id",
        "exemption",
        "points",
        "fingerprint",
        "taken_at",
        "placed_at",
        "voided_by",
        "void_reason",
    ),
    "orders_orderline": (
        "id",
        "order_id",
        "position",
        "product_id",
        "sku",
        "name",
        "gtin",
        "quantity",
        "pack_size",
        "stock_units",
        "unit_price_cents",
        "discount_cents",
        "is_taxable",
        "tax_cents",
        "total_cents",
        "modifiers",
        "discounts",
        "note",
        "price_edition",
    ),
    "payments_tender": ("order_id", "kind", "amount_cents", "payment_id", "entry_id", "at"),
    "inventory_stockmovement": (
        "store_id",
        "product_id",
        "quantity",
        "kind",
        "document_id",
        "reason",
        "actor_name",
        "at",
    ),
}
# No number without the audit head: whoever has the number holds the head, too, so that two sales
# at a till whose chain is being begun never wait for each other in a circle.
_NEXT_NUMBER = (
    "INSERT INTO orders_receiptcounter (terminal_id, business_date, last_number)"
    " SELECT %s, %s, 1 FROM core_auditchain WHERE name = %s{lock}"
    " ON CONFLICT (terminal_id, business_date)"
    " DO UPDATE SET last_number = orders_receiptcounter.last_number + 1 RETURNING last_number, "
)
_CLAIM = _NEXT_NUMBER.format(lock="") + SHIFT_COLUMNS
_CLAIM_LOCKED = _NEXT_NUMBER.format(lock=" FOR UPDATE") + SHIFT_COLUMNS


@dataclass(frozen=True, slots=True)
class Claim:
    """What a terminal holds while it writes a sale: a number, its audit head, its open shift."""

    sequence: int
    audit_head: Statement
    shift_id: UUID | None


def claim_number(till: Till, business_date: date, *, late: UUID | None = None) -> Claim:
    """Lock the terminal's audit chain, take its next receipt number, and look for its open shift.

    All three belong to this terminal alone. The number rolls back with the sale, so there are no
    gaps. The look comes after the lock: see `payments.drawer_locks`. A sale that is `late` has its
    shift, which is closed, whatever is open now.

    Raises:
        ShiftNotOpen: the terminal has once had a shift, and has none now.
    """
    terminal, batch = till.register.id, Batch()
    head = audit.lock_head(batch, till.scope)
    claim = _CLAIM_LOCKED if batch.is_postgres else _CLAIM
    claimed = batch.add(claim, [terminal, business_date, till.scope, terminal, terminal])
    batch.run()
    if head.one() and (row := claimed.one()):
        number, *shift = row
        return Claim(number, head, late or read_shift((*shift,)))
    begun = audit.begin_if_new(head, till.scope)  # the terminal's first entry ever, or one of them
    if row := claimed.one():  # somebody began it between the two statements: look again, held now
        return Claim(row[0], begun, late or look_for_shift(till))
    return claim_number(till, business_date, late=late)


def write_sale(
    till: Till, sale: Sale, numbered: tuple[str, Claim], fact: audit.AuditFact, event: Event
) -> list[StockLevel]:
    """Write the whole sale; the stock levels that it leaves behind."""
    number, claim = numbered
    batch = Batch()
    batch.insert("orders_order", TABLES["orders_order"], [_order(till, sale, number, claim)])
    lines = [_line(sale, position, line) for position, line in enumerate(sale.basket.lines)]
    batch.insert("orders_orderline", TABLES["orders_orderline"], lines)
    tenders = [_tender(sale, tender) for tender in sale.settlement.tenders]
    batch.insert("payments_tender", TABLES["payments_tender"], tenders)
    sold = sold_units(sale.basket)
    movements = [_movement(till, sale, product_id, units) for product_id, units in sold.items()]
    batch.insert("inventory_stockmovement", TABLES["inventory_stockmovement"], movements)
    audit.add_to(batch, fact, claim.audit_head)
    outbox.add_to(batch, event)
    changed = add_to_balances(batch, till.store.id, {pk: -units for pk, units in sold.items()})
    batch.run()
    return levels_of(till.store.id, changed)


def _order(till: Till, sale: Sale, number: str, claim: Claim) -> tuple[Any, ...]:
    basket, age, store = sale.basket, sale.age_check, till.store
    exemption = describe_exemption(basket.exemption)
    return (
        sale.request.id,
        number,
        claim.sequence,
        sale.business_date,
        store.id,
        till.register.id,
        till.clerk.id,
        till.clerk.name,
        claim.shift_id,
        OrderStatus.COMPLETED.value,
        store.currency,
        basket.subtotal_cents,
        basket.discount_cents,
        basket.state_tax_cents,
        basket.surtax_cents,
        sale.request.tip_cents,
        sale.request.gift_cards_cents,
        sale.total_cents,
        sale.settlement.change_cents,
        sale.settlement.cash_rounding_cents,
        basket.minimum_age,
        age.method.value if age else "",
        age.rule if age else "",
        basket.lines[0].line.item.price_book if basket.lines else "",
        _json(rights_of(sale.request)),
        _json(letterhead(till)),
        _json([warning.as_json() for warning in sale.warnings]),
        sale.request.customer_id,
        basket.exemption.certificate.id if basket.exemption else None,
        _json(exemption) if exemption else None,
        _json(basket.points) if basket.points else None,
        sale.request.fingerprint,
        sale.request.taken_at,
        sale.placed_at,
        "",
        "",
    )


def _tender(sale: Sale, tender: Tender) -> tuple[Any, ...]:
    amount_cents, entry_id = tender.amount_cents, tender.entry_id
    row = (tender.kind.value, amount_cents, tender.payment_id, entry_id, sale.placed_at)
    return (sale.request.id, *row)


def _line(sale: Sale, position: int, priced: PricedLine) -> tuple[Any, ...]:
    line = priced.line
    return (
        line.id,
        sale.request.id,
        position,
        line.item.id,
        line.item.sku,
        line.item.name,
        line.gtin,
        line.quantity,
        line.pack_size,
        line.stock_units,
        line.unit_price_cents,
        priced.discount_cents,
        priced.is_taxable,
        priced.tax_cents,
        priced.total_cents,
        _json([{"id": m.id, "name": m.name, "price_cents": m.price_cents} for m in line.modifiers]),
        _json(describe_discounts(priced)),
        line.note,
        line.price_edition,
    )


def _movement(till: Till, sale: Sale, product_id: int, units: int) -> tuple[Any, ...]:
    return (
        till.store.id,
        product_id,
        -units,
        MovementKind.SALE.value,
        sale.request.id,
        "",
        till.clerk.name,
        sale.placed_at,
    )


def rights_of(request: OrderRequest) -> dict[str, Any]:
    """What the customer brought along that promotions ask for; empty where it is nothing."""
    rights: dict[str, Any] = {}
    if request.coupons:
        rights["coupons"] = list(request.coupons)
    if request.employee_price:
        rights["employee_price"] = True
    return rights


def letterhead(till: Till) -> dict[str, str]:
    """What the receipt says of the store and the till, kept as it is on the day of the sale."""
    store = till.store
    return {
        "name": store.name,
        "address": store.address,
        "phone": store.phone,
        "footer": store.receipt_footer,
        "county": store.county,
        "timezone": store.timezone,
        "terminal": till.register.name,
    }


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
