"""What a real shop tells, as the batches that its store server would send."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apps.core.models import OutboxEvent
from apps.core.numbering import number_facts
from apps.inventory.models import StockBalance

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .sender import Document, Sender


def told() -> list[Document]:
    """Every fact that is shared, numbered, in the order of its number, as an event."""
    number_facts()
    facts = OutboxEvent.objects.filter(sequence__isnull=False).order_by("sequence")
    return [
        {
            "id": str(fact.event_id),
            "type": fact.type,
            "version": fact.version,
            "occurred_at": fact.occurred_at.isoformat(),
            "aggregate": fact.aggregate,
            "data": fact.payload,
        }
        for fact in facts
    ]


def batches(sender: Sender, events: list[Document], size: int) -> Iterator[Any]:
    """The events in batches of this size, the first with the number 1."""
    for first in range(0, len(events), size):
        yield sender.batch(*events[first : first + size], sequence=first + 1)


def shelves() -> dict[tuple[str, str], int]:
    """What the shop's own books say is on hand, by store and SKU."""
    balances = StockBalance.objects.select_related("store", "product")
    return {(row.store.code, row.product.sku): row.on_hand for row in balances}
