"""What happened to orders, for whoever wants to know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from apps.core.events import Event

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date


@dataclass(frozen=True, kw_only=True)
class StoreFact(Event):
    """What happened in a store, for whoever wants to know, also in another installation.

    `store` is its code, which all installations know; `store_id` is this installation's own.
    """

    is_shared: ClassVar[bool] = True

    store: str
    store_id: int


@dataclass(frozen=True, kw_only=True)
class OrderCompleted(StoreFact):
    """A sale was paid. `order` is the order as the API answers it.

    `skus` has the SKU of each product in it, by the id that the order names it by. `moved` is what
    went out of the stock, in signed base units by SKU; what is made to order moves none.
    """

    type: ClassVar[str] = "order.completed"

    order: Mapping[str, Any]
    skus: Mapping[str, str]
    moved: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class ReturnCompleted(StoreFact):
    """Goods of a sale were taken back. `returned` is the return as the API answers it.

    `moved` is what went back into stock, in base units by SKU.
    """

    type: ClassVar[str] = "return.completed"

    returned: Mapping[str, Any]
    skus: Mapping[str, str]
    moved: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class BlindReturnCompleted(StoreFact):
    """Goods were taken back without a receipt. `returned` is the return as the API answers it.

    `moved` is what went back into stock, in base units by SKU.
    """

    type: ClassVar[str] = "return.without_receipt"

    returned: Mapping[str, Any]
    skus: Mapping[str, str]
    moved: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class OrderVoided(StoreFact):
    """A sale was taken back: its stock returned and its money handed back.

    It happens on the business day of the sale. `order` is the order as the void answered it: its
    negative tenders are what was handed back. `moved` is what went back into stock, in base units
    by SKU.
    """

    type: ClassVar[str] = "order.voided"

    order_id: str
    number: str
    business_date: date
    total_cents: int
    reason: str
    order: Mapping[str, Any]
    moved: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class ShiftClosed(StoreFact):
    """A till's drawer was counted and its shift closed. `z` is its Z report as the API answers."""

    type: ClassVar[str] = "shift.closed"

    terminal_id: int
    shift_id: str
    z: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class ShiftAmended(StoreFact):
    """A sale arrived when its shift was closed. `amendment` is what it adds to the shift's Z."""

    type: ClassVar[str] = "shift.amended"

    terminal_id: int
    shift_id: str
    business_date: str
    amendment: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class ReceiptEmailAsked(Event):
    """A receipt is to go to a mailbox, which the event does not name; the aggregate is its row."""

    type: ClassVar[str] = "receipt-email.asked"

    store_id: int
    order_id: str


@dataclass(frozen=True, kw_only=True)
class ReplayAsked(Event):
    """Somebody wants to know what past baskets would cost under an edition of prices."""

    type: ClassVar[str] = "replay.asked"

    edition_code: str
