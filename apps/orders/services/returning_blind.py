"""Returns without a receipt: only with somebody's approval, and only to store credit.

Nobody knows what was paid, so the goods are worth the least that they have cost here in thirty
days, unless whoever approves names a price; and nobody knows how, so no money is handed out.

Locks are taken in the order of the whole program: the store credit, what only this terminal uses,
and the stock last.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django_subatomic.db import transaction_required

from apps.core import audit, outbox
from apps.orders import errors
from apps.orders.blind_returns import describe_blind_return, list_blind_returns
from apps.orders.events import BlindReturnCompleted
from apps.orders.models import BlindReturn, BlindReturnLine
from apps.orders.services.pricing_blind import price_blind
from apps.orders.services.restocking import coming_back, name_moved, restock_returned
from apps.payments.drawer_locks import hold_drawer
from apps.payments.services.stored_value.crediting import credit
from apps.stores.services.authorising import authorise
from apps.stores.types import ApprovalAction, Deed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from apps.core.types import JSON
    from apps.inventory.types import Move
    from apps.orders.types import BlindReturnRequest, PricedBasket
    from apps.payments.stored_value_types import Posted
    from apps.stores.types import Leave, Till

LATELY = timedelta(days=30)


@transaction_required
def return_without_receipt(
    *, till: Till, request: BlindReturnRequest, now: datetime
) -> dict[str, Any]:
    """Take goods back of which nobody knows the sale; their worth goes on to a store credit.

    The same return sent again, under whatever key, is answered as it stands.

    Raises:
        ReturnExists: another return has this id.
        LineBarcodeUnknown, ProductNotSellable: nothing of the kind is on the shelf.
        ReturnPriceUnknown: it has had no price here lately, and none is named.
        ReturnNeedsApproval: nobody has approved it; whoever takes it back needs somebody to.
        ApprovalInvalid: as `authorising.authorise`.
        StoredValueUnknown, StoredValueFrozen, StoredValueCurrencyDiffers: as `crediting.credit`.
        ShiftNotOpen: the till keeps a drawer, and it is closed.
    """
    if known := _find_same(request):
        return describe_blind_return(known)
    basket = price_blind(till=till, request=request, since=now - LATELY, now=now)
    deed = Deed(ApprovalAction.BLIND_RETURN, request.id, basket.total_cents)
    leave = authorise(
        till=till,
        deed=deed,
        token=request.approval,
        refusal=errors.ReturnNeedsApproval,
        is_always_asked=True,
        now=now,
    )
    posted = credit(
        till=till,
        return_id=request.id,
        code=request.code,
        amount_cents=basket.total_cents,
        now=now,
    )
    _write(till, request, basket, posted, leave, now)
    given = list_blind_returns().get(pk=request.id)
    document = describe_blind_return(given)
    lines = given.lines.all()
    moves = coming_back((line.product_id, line.stock_units) for line in lines)
    _tell(till, given, leave, document, moves)
    restock_returned(till=till, document_id=request.id, moves=moves, reason=request.reason, now=now)
    return document


def _find_same(request: BlindReturnRequest) -> BlindReturn | None:
    known = list_blind_returns().filter(pk=request.id).first()
    if known and known.fingerprint != request.fingerprint:
        raise errors.ReturnExists(
            "This id belongs to another return. Make a new id for a new return.",
            id=str(request.id),
        )
    return known


def _write(
    till: Till,
    request: BlindReturnRequest,
    basket: PricedBasket,
    posted: Posted,
    leave: Leave,
    now: datetime,
) -> None:
    given = BlindReturn.objects.create(
        id=request.id,
        store_id=till.store.id,
        terminal_id=till.register.id,
        cashier_id=till.clerk.id,
        cashier_name=till.clerk.name,
        approved_by=leave.name,
        shift_id=hold_drawer(till),
        business_date=till.store.business_date(now),
        reason=request.reason,
        tax_cents=basket.tax_cents,
        total_cents=basket.total_cents,
        entry_id=posted.entry_id,
        fingerprint=request.fingerprint,
        returned_at=now,
    )
    BlindReturnLine.objects.bulk_create(
        BlindReturnLine(
            of_return=given,
            product_id=priced.line.item.id,
            sku=priced.line.item.sku,
            name=priced.line.item.name,
            quantity=priced.line.quantity,
            pack_size=priced.line.pack_size,
            stock_units=priced.line.stock_units if asked.is_restocked else 0,
            is_restocked=asked.is_restocked,
            unit_price_cents=priced.line.unit_price_cents,
            is_price_named=asked.line.unit_price_cents is not None,
            tax_cents=priced.tax_cents,
            total_cents=priced.total_cents,
        )
        for priced, asked in zip(basket.lines, request.lines, strict=True)
    )


def _tell(
    till: Till, given: BlindReturn, leave: Leave, document: dict[str, Any], moves: Sequence[Move]
) -> None:
    facts: dict[str, JSON] = {
        "total_cents": given.total_cents,
        "amount_cents": given.total_cents,
        "reason": given.reason,
        **leave.facts,
        "last4": given.entry.account.last4,
    }
    subject, now = f"return:{given.pk}", given.returned_at
    audit.record(audit.AuditFact(now, till.actor, "goods.returned_blind", subject, facts))
    outbox.publish(
        BlindReturnCompleted(
            aggregate=subject,
            occurred_at=now,
            store=till.store.code,
            store_id=till.store.id,
            returned=document,
            skus={str(line.product_id): line.sku for line in given.lines.all()},
            moved=name_moved(moves),
        )
    )
