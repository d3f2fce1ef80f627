"""The sale, from what a till sends to what a customer gets."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

    from apps.catalog.promotions.types import Applied
    from apps.catalog.types import Item, ModifierChoice
    from apps.core.types import JSON
    from apps.customers.types import Exemption, ExemptionClaim, PointsOfSale
    from apps.payments.stored_value_types import Load, Posted
    from apps.payments.types import Offered, Settlement, Tender


class OrderStatus(StrEnum):
    """Where an order stands."""

    COMPLETED = "COMPLETED"
    VOIDED = "VOIDED"


class AgeMethod(StrEnum):
    """How a buyer's age was checked."""

    SCAN = "SCAN"
    TYPED = "TYPED"


class AgeDocument(StrEnum):
    """Documents on which a seller may rely (s. 562.11(1)(c), F.S.)."""

    DRIVER_LICENSE = "DRIVER_LICENSE"
    STATE_ID = "STATE_ID"
    PASSPORT = "PASSPORT"
    MILITARY_ID = "MILITARY_ID"


class ReceiptFormat(StrEnum):
    """What a receipt can be printed as."""

    TEXT = "text/plain"
    HTML = "text/html"
    PDF = "application/pdf"
    ESCPOS = "application/vnd.escpos"  # what a receipt printer is sent

    @property
    def is_text(self) -> bool:
        """Whether it is made of characters, and not of bytes."""
        return self in {ReceiptFormat.TEXT, ReceiptFormat.HTML}


class EmailState(StrEnum):
    """Where a receipt by e-mail stands."""

    QUEUED = "QUEUED"  # waits for its next attempt
    SENDING = "SENDING"  # a worker has it
    SENT = "SENT"  # the mail server has taken it
    FAILED = "FAILED"


class PrintKind(StrEnum):
    """What a print job brings out of a printer."""

    RECEIPT = "RECEIPT"
    DRAWER = "DRAWER"  # nothing: the drawer under it opens
    Z = "Z"


class PrintState(StrEnum):
    """Where a print job stands."""

    QUEUED = "QUEUED"
    LEASED = "LEASED"  # an agent has it
    DONE = "DONE"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class NewPrintJob:
    """What is to be printed: an order's receipt, a shift's Z, or a drawer is to open."""

    id: UUID
    kind: PrintKind
    order_id: UUID | None = None
    shift_id: UUID | None = None
    terminal_id: int | None = None  # the till that asks, where none is named
    reason: str = ""
    approval: str | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """Where a receipt is printed: for which store, how wide, and over which till's drawer."""

    store_id: int
    columns: int = 42
    drawer_of: int | None = None  # a terminal; none where no drawer is to open


class ReplayState(StrEnum):
    """Where a replay of past baskets stands."""

    WAITING = "WAITING"
    RUNNING = "RUNNING"
    DONE = "DONE"
    FAILED = "FAILED"


# --- What a till sends ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LineRequest:
    """One line as the till sends it: a scan or a product, how many, and with what."""

    id: UUID
    quantity: int
    barcode: str | None = None
    product_id: int | None = None
    modifier_ids: tuple[int, ...] = ()
    note: str = ""
    unit_price_cents: int | None = None
    approval: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class AgeCheckRequest:
    """A scanned or typed identity document. Never stored, logged or shown: s. 322.143, F.S."""

    method: AgeMethod
    barcode_data: str = ""
    document: AgeDocument | None = None
    date_of_birth: date | None = None
    expires_on: date | None = None

    def __repr__(self) -> str:
        return f"AgeCheckRequest({self.method.value})"


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """A whole basket. For a quote, tenders and age check are left out."""

    id: UUID
    lines: tuple[LineRequest, ...]
    offered: tuple[Offered, ...] = ()
    age_check: AgeCheckRequest | None = None
    tip_cents: int = 0
    taken_at: datetime | None = None
    fingerprint: str = ""
    coupons: tuple[str, ...] = ()
    employee_price: bool = False
    customer_id: UUID | None = None
    exemption: ExemptionClaim | None = None
    redeem_points: int = 0
    gift_cards: tuple[Load, ...] = ()

    @property
    def gift_cards_cents(self) -> int:
        """What the gift cards cost that are sold with it: no revenue, and no tax is on it."""
        return sum(load.amount_cents for load in self.gift_cards)


# --- Pricing --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BasketLine:
    """A line whose product and price are known, before tax. Prices are per unit of `quantity`."""

    id: UUID
    item: Item
    gtin: str
    quantity: int
    pack_size: int
    unit_price_cents: int
    modifiers: tuple[ModifierChoice, ...] = ()
    note: str = ""
    price_edition: str = ""

    @property
    def base_units(self) -> int:
        """Bottles or cups, however they were packed."""
        return self.quantity * self.pack_size

    @property
    def stock_units(self) -> int:
        """Base units that leave the stock; none of what is made to order."""
        return self.base_units if self.item.tracks_stock else 0


@dataclass(frozen=True, slots=True)
class Overridden:
    """A line that is to be sold at another price than the one on file, each per unit of quantity.

    `approval` is the token of whoever approved it, where the cashier's own limits do not suffice.
    """

    position: int
    line_id: UUID
    quantity: int
    lawful_cents: int
    price_cents: int
    approval: str | None

    @property
    def amount_cents(self) -> int:
        """How far the line is off."""
        return abs(self.lawful_cents - self.price_cents) * self.quantity

    @property
    def percent(self) -> int:
        """How far the price is off the one on file, rounded up; 100 where that is nothing."""
        if not self.lawful_cents:
            return 100
        return -(-abs(self.lawful_cents - self.price_cents) * 100 // self.lawful_cents)


@dataclass(frozen=True, slots=True)
class Removed:
    """Something that a quote of the order has shown, and the order has less of, or no more."""

    line_id: UUID
    product_id: int
    quantity: int
    amount_cents: int


@dataclass(frozen=True, slots=True)
class PricedLine:
    """A line with its share of discount and tax. `total_cents` includes the tax."""

    line: BasketLine
    discounts: tuple[Applied, ...]
    discount_cents: int
    is_taxable: bool
    tax_cents: int
    total_cents: int

    @property
    def subtotal_cents(self) -> int:
        """Before discount and tax."""
        return self.line.quantity * self.line.unit_price_cents


@dataclass(frozen=True, slots=True)
class PricedBasket:
    """A basket with its sums. Tips and tenders come on top of `total_cents`."""

    lines: tuple[PricedLine, ...]
    subtotal_cents: int
    discount_cents: int
    state_tax_cents: int
    surtax_cents: int
    total_cents: int
    minimum_age: int
    has_alcohol: bool
    exemption: Exemption | None = None  # under which nothing of it is taxed
    points: PointsOfSale | None = None  # of the customer, where there is a programme

    @property
    def tax_cents(self) -> int:
        """State tax and county surtax together."""
        return self.state_tax_cents + self.surtax_cents


@dataclass(frozen=True, slots=True)
class Quote:
    """A priced basket, and what else the sale will need."""

    basket: PricedBasket
    selling_hours_ok: bool
    approvals: tuple[str, ...]
    rounds_cash: bool = False
    warnings: tuple[Warned, ...] = ()


# --- The sale -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AgeCheck:
    """The evidence that is kept of an age check: what was asked, how, and under which rule."""

    minimum_age: int
    method: AgeMethod
    rule: str


@dataclass(frozen=True, slots=True)
class Warned:
    """Something a cashier should know of a sale that went through all the same."""

    code: str
    detail: str
    facts: dict[str, JSON] = field(default_factory=dict)

    def as_json(self) -> dict[str, JSON]:
        """As the API shows it."""
        return {"code": self.code, "detail": self.detail, **self.facts}


@dataclass(frozen=True, slots=True)
class Sale:
    """All that is written when an order completes, but its number, seal and stock."""

    request: OrderRequest
    basket: PricedBasket
    settlement: Settlement
    age_check: AgeCheck | None
    business_date: date
    placed_at: datetime
    warnings: tuple[Warned, ...]
    overridden: tuple[Overridden, ...] = ()
    removed: tuple[Removed, ...] = ()
    loaded: tuple[Posted, ...] = ()

    @property
    def total_cents(self) -> int:
        """What the customer pays, tip and gift cards included."""
        asked = self.request
        return self.basket.total_cents + asked.tip_cents + asked.gift_cards_cents


# --- The return -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ReturnLineRequest:
    """How many of a line come back, and whether they can be sold again."""

    line_id: UUID
    quantity: int
    is_restocked: bool


@dataclass(frozen=True, slots=True)
class ReturnRequest:
    """Goods brought back, and how the money is to go: each tender with what it gives back."""

    id: UUID
    order_id: UUID
    lines: tuple[ReturnLineRequest, ...]
    refunds: tuple[Tender, ...]
    reason: str
    fingerprint: str
    approval: str | None = None


@dataclass(frozen=True, slots=True)
class ExchangeRequest:
    """Goods of an order that come back, and the order of what goes out for them."""

    returned: ReturnRequest
    order: OrderRequest


@dataclass(frozen=True, slots=True)
class BlindLineRequest:
    """Goods brought back without a receipt, and whether they can be sold again."""

    line: LineRequest
    is_restocked: bool


@dataclass(frozen=True, slots=True)
class BlindReturnRequest:
    """Goods of which nobody knows the sale, and the code of the store credit they go on to."""

    id: UUID
    lines: tuple[BlindLineRequest, ...]
    code: str = field(repr=False)
    reason: str
    fingerprint: str
    approval: str | None = None


@dataclass(frozen=True, slots=True)
class ReturnedShare:
    """What goes back for some units of a line. `total_cents` includes the tax."""

    tax_cents: int
    total_cents: int
