"""Moving stock: one ledger for receipts, adjustments, waste, counts and transfers.

A sale writes its movements together with the order; everything else comes through here. Balances
are locked by store, then by product id, so two movers never wait for each other in a circle.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django_subatomic.db import transaction_required

from apps.catalog.selectors import list_known_products
from apps.core import audit
from apps.core.sql import Batch
from apps.inventory.errors import (
    StockDocumentExists,
    StockInsufficient,
    StockProductUnknown,
    TransferToItself,
)
from apps.inventory.models import CountRequest, StockDocument, StockMovement
from apps.inventory.selectors import list_levels
from apps.inventory.services.telling import Posted, tell_adjusted
from apps.inventory.statements import add_to_balances, levels_of
from apps.inventory.types import Move, StockLevel

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from apps.core.types import JSON, Actor
    from apps.inventory.types import Document


@transaction_required
def move_stock(
    *, actor: Actor, document: Document, moves: Sequence[Move], now: datetime
) -> list[StockLevel]:
    """Write a document and its movements; the levels that come of it.

    Raises:
        StockDocumentExists: stock was moved under this id before.
        StockProductUnknown: a product does not exist.
    """
    _open_document(actor, document, now)
    levels = _write(actor, document, moves, now)
    posted = Posted(document, {document.store_id: moves}, levels)
    tell_adjusted(actor=actor, posted=posted, now=now)
    return levels


@transaction_required
def move_for_order(
    *, actor: Actor, document: Document, moves: Sequence[Move], now: datetime
) -> list[StockLevel]:
    """Write the movements of an order, which is their document."""
    return _write(actor, document, moves, now)


@transaction_required
def transfer_stock(
    *, actor: Actor, document: Document, to_store_id: int, moves: Sequence[Move], now: datetime
) -> list[StockLevel]:
    """Send positive quantities from the document's store to another, at once.

    Raises:
        StockInsufficient: the sending store has less available than is to be sent.
        StockDocumentExists, StockProductUnknown: as `move_stock`.
        TransferToItself: both stores are the same.
    """
    if to_store_id == document.store_id:
        raise TransferToItself("Choose another store to send the goods to.")
    _open_document(actor, document, now, other_store_id=to_store_id)
    out = [Move(move.product_id, -move.quantity, move.reason) for move in moves]
    both = sorted([(document.store_id, out), (to_store_id, list(moves))], key=lambda side: side[0])
    levels = [level for store, side in both for level in _write(actor, document, side, now, store)]
    for level in levels:
        if level.store_id == document.store_id and level.available < 0:
            raise StockInsufficient(
                f"Only {level.available - _sum(out, level.product_id)} of product"
                f" {level.product_id} can be sent.",
                product_id=level.product_id,
            )
    posted = Posted(document, {document.store_id: out, to_store_id: moves}, levels, to_store_id)
    tell_adjusted(actor=actor, posted=posted, now=now)
    return levels


@transaction_required
def count_stock(
    *, actor: Actor, document: Document, counted: Mapping[int, int], now: datetime
) -> list[StockLevel]:
    """Make the books follow a count, in base units per product; open count requests are done.

    Raises:
        StockDocumentExists, StockProductUnknown: as `move_stock`.
    """
    _open_document(actor, document, now)
    _refuse_unknown(counted)
    levels = _change_balances(document.store_id, dict.fromkeys(counted, 0))  # locks them
    on_hand = {level.product_id: level.on_hand for level in levels}
    found = [
        Move(product_id, quantity - on_hand[product_id], document.reason)
        for product_id, quantity in counted.items()
    ]
    moves = [move for move in found if move.quantity]
    right = [level for level in levels if level.on_hand == counted[level.product_id]]
    if moves:
        levels = _write(actor, document, moves, now)
    CountRequest.objects.filter(
        store=document.store_id, product__in=counted, done_at__isnull=True
    ).update(done_at=now)
    posted = Posted(document, {document.store_id: found}, [*right, *levels])
    tell_adjusted(actor=actor, posted=posted, now=now)
    return levels


@transaction_required
def hold_stock(*, store_id: int, product_ids: Collection[int]) -> None:
    """Lock a store's balances of these products, for who moves them in more than one step."""
    _change_balances(store_id, dict.fromkeys(sorted(product_ids), 0))


@transaction_required
def request_counts(*, store_id: int, product_ids: Collection[int], now: datetime) -> int:
    """Ask for a count of each product whose balance is below zero; how many requests are new."""
    return sum(
        CountRequest.objects.get_or_create(
            store_id=store_id,
            product_id=level.product_id,
            done_at=None,
            defaults={"on_hand": level.on_hand, "asked_at": now},
        )[1]
        for level in list_levels(store_id=store_id, product_ids=product_ids)
        if level.on_hand < 0
    )


def _open_document(
    actor: Actor, document: Document, now: datetime, *, other_store_id: int | None = None
) -> None:
    _, is_new = StockDocument.objects.get_or_create(
        id=document.id,
        defaults={
            "kind": document.kind,
            "store_id": document.store_id,
            "other_store_id": other_store_id,
            "reason": document.reason,
            "actor_name": actor.name,
            "at": now,
        },
    )
    if not is_new:
        raise StockDocumentExists("Take a new id for a new document.", id=str(document.id))
    action = f"stock.{document.kind.lower()}"
    subject = f"stock-document:{document.id}"
    facts: dict[str, JSON] = {"store": document.store_id, "reason": document.reason}
    audit.record(audit.AuditFact(now, actor, action, subject, facts))


def _write(
    actor: Actor,
    document: Document,
    moves: Sequence[Move],
    now: datetime,
    store_id: int | None = None,
) -> list[StockLevel]:
    store_id = store_id or document.store_id
    quantities = {move.product_id: _sum(moves, move.product_id) for move in moves}
    _refuse_unknown(quantities)
    StockMovement.objects.bulk_create(
        StockMovement(
            store_id=store_id,
            product_id=move.product_id,
            quantity=move.quantity,
            kind=document.kind,
            document_id=document.id,
            reason=move.reason or document.reason,
            actor_name=actor.name,
            at=now,
        )
        for move in moves
    )
    return _change_balances(store_id, quantities)


def _refuse_unknown(product_ids: Collection[int]) -> None:
    if unknown := set(product_ids) - list_known_products(product_ids=product_ids):
        named = ", ".join(str(product_id) for product_id in sorted(unknown))
        raise StockProductUnknown(f"There is no product {named}.")


def _change_balances(store_id: int, quantities: Mapping[int, int]) -> list[StockLevel]:
    batch = Batch()
    changed = add_to_balances(batch, store_id, quantities)
    batch.run()
    return levels_of(store_id, changed)


def _sum(moves: Sequence[Move], product_id: int) -> int:
    return sum(move.quantity for move in moves if move.product_id == product_id)
