"""What happened to stock, for whoever keeps it elsewhere. Sales and returns tell of their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from apps.core.events import Event

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class AdjustedLine:
    """What moved of a product in a store, in base units, and what was there after the document.

    A count tells of every product that was counted; one that stood right has a quantity of zero.
    """

    store: str
    sku: str
    quantity: int
    reason: str
    on_hand: int


@dataclass(frozen=True, kw_only=True)
class InventoryAdjusted(Event):
    """A stock document was posted: `store` is its store, `to_store` where a transfer went.

    Stores are named by their codes. The document is the aggregate.
    """

    type: ClassVar[str] = "inventory.adjusted"
    is_shared: ClassVar[bool] = True

    document_id: str
    kind: str
    store: str
    to_store: str | None
    reason: str
    actor_name: str
    lines: Sequence[AdjustedLine]
