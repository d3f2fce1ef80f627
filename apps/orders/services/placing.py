"""The sale: one command, one transaction, one answer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django_subatomic.db import run_after_commit, transaction_required

from apps.core.audit import AuditFact
from apps.inventory.board import note_levels
from apps.orders.documents import describe_sale, moved_by, skus_of
from apps.orders.events import OrderCompleted
from apps.orders.models import Order
from apps.orders.rules import order_number
from apps.orders.services.claiming import claim
from apps.orders.services.closing.amending import amend_z
from apps.orders.services.deciding import decide
from apps.orders.services.overriding import approve_overrides
from apps.orders.services.telling import facts_of_sale, tell_of_exceptions
from apps.orders.statements import claim_number, write_sale
from apps.orders.types import Warned
from apps.payments.drawer_selectors import find_closed_shift, is_before_shift

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from apps.inventory.types import StockLevel
    from apps.orders.types import OrderRequest, Sale
    from apps.payments.models import Shift
    from apps.stores.types import Till


@transaction_required
def place_order(*, till: Till, request: OrderRequest, now: datetime) -> dict[str, Any]:
    """Sell a basket: check the law, price it, take the money, move the stock. The order as JSON.

    Every refusal but the last comes before the first write, so a refused sale has touched nothing.
    A sale that was made in the time of a closed shift of this till belongs to that shift; one that
    was made in the time of none is said to be, and belongs to the open one.

    Raises:
        DomainError: what `deciding.decide` refuses.
        ApprovalInvalid: as `overriding.approve_overrides`.
        PointsInsufficient, StoredValueInsufficient, StoredValueFrozen, StoredValueTooMuch: as
            `claiming.claim`.
        ShiftNotOpen: the till keeps a drawer, and it is closed.
        django.db.IntegrityError: an order or a line of that id exists already.
    """
    sale = decide(till=till, request=request, now=now)
    late = _find_late(till, request)
    if late and request.taken_at:
        sale = replace(sale, business_date=till.store.business_date(request.taken_at))
    leaves = approve_overrides(till=till, sale=sale, now=now)
    sale = claim(till=till, sale=sale, now=now)
    tell_of_exceptions(till=till, sale=sale, leaves=leaves, now=now)
    held = claim_number(till, sale.business_date, late=late.pk if late else None)
    if request.taken_at and late is None:
        sale = replace(sale, warnings=(*sale.warnings, *_warn_of_time(sale, held.shift_id)))
    number = order_number(
        store_code=till.store.code,
        terminal_number=till.register.number,
        day=sale.business_date,
        sequence=held.sequence,
    )
    document = describe_sale(till, sale, number)
    fact = AuditFact(
        now,
        till.actor,
        "order.completed",
        f"order:{request.id}",
        facts_of_sale(sale, number),
    )
    event = _news_of(till, sale, document, now)
    levels = write_sale(till, sale, (number, held), fact, event)
    if late is not None:
        amend_z(till=till, shift=late, order_id=request.id, now=now)
    run_after_commit(lambda: note_levels(levels))
    if negative := [warning.as_json() for warning in _warn_of_negative(sale, levels)]:
        document["warnings"] += negative
        Order.objects.filter(pk=request.id).update(warnings=document["warnings"])
    return document


def _find_late(till: Till, request: OrderRequest) -> Shift | None:
    """The closed shift in which a sale was made that arrives only now; it never opens again."""
    if request.taken_at is None:
        return None
    return find_closed_shift(terminal_id=till.register.id, at=request.taken_at)


def _news_of(till: Till, sale: Sale, document: dict[str, Any], now: datetime) -> OrderCompleted:
    return OrderCompleted(
        aggregate=f"order:{sale.request.id}",
        occurred_at=now,
        store=till.store.code,
        store_id=till.store.id,
        order=document,
        skus=skus_of(sale.basket),
        moved=moved_by(sale.basket),
    )


def _warn_of_time(sale: Sale, shift_id: UUID | None) -> list[Warned]:
    """A sale of no shift's time lies in the open one, so that somebody looks for its cash."""
    taken_at = sale.request.taken_at
    if taken_at is None or shift_id is None or not is_before_shift(shift_id=shift_id, at=taken_at):
        return []
    detail = "No shift was open here when this was sold; it is in the open one. Look for its cash."
    return [Warned("taken-outside-shift", detail, {"shift_id": str(shift_id)})]


def _warn_of_negative(sale: Sale, levels: list[StockLevel]) -> list[Warned]:
    """The bottle in hand always sells; the books are asked to explain.

    What the books say is known once the sale is written, so these warnings are added to its row.
    """
    name_of = {priced.line.item.id: priced.line.item.name for priced in sale.basket.lines}
    return [
        Warned(
            "stock-negative",
            f"The books say {level.on_hand} of {name_of[level.product_id]} are left: count it.",
            {"product_id": level.product_id, "on_hand": level.on_hand},
        )
        for level in levels
        if level.on_hand < 0
    ]
