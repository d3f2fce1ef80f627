"""Money handed over for an order: cash, and cards as Stripe shows them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID


class TenderKind(StrEnum):
    """What was handed over."""

    CASH = "CASH"
    CARD = "CARD"
    GIFT_CARD = "GIFT_CARD"
    STORE_CREDIT = "STORE_CREDIT"

    @property
    def is_stored_value(self) -> bool:
        """Whether it is money that the customer has with us already."""
        return self in {TenderKind.GIFT_CARD, TenderKind.STORE_CREDIT}


@dataclass(frozen=True, slots=True)
class Offered:
    """What a customer offers: cash, a card payment authorised before, a gift card or store credit.

    For a card, `amount_cents` may be less than what was authorised, as where a tip was left room
    for; 0 is all of it. A gift card is presented by its code, which is a secret.
    """

    kind: TenderKind
    amount_cents: int = 0
    payment_id: UUID | None = None
    code: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Tender:
    """What was taken, in cents; negative where money was handed back.

    Of a gift card or store credit, with the ledger's entry and what that left on it.
    """

    kind: TenderKind
    amount_cents: int
    payment_id: UUID | None = None
    account_id: UUID | None = None
    last4: str = ""
    entry_id: int | None = None
    left_cents: int | None = None

    @property
    def source(self) -> tuple[str, UUID | None]:
        """What it came in by, and so goes back by: a kind, with a card's payment or an account."""
        return self.kind.value, self.payment_id or self.account_id


@dataclass(frozen=True, slots=True)
class Settlement:
    """Tenders that cover a total, and what goes back over the counter."""

    tenders: tuple[Tender, ...]
    change_cents: int
    cash_rounding_cents: int = 0  # paid beyond the total (or short of it) for want of pennies


@dataclass(frozen=True, slots=True)
class GivenBack:
    """What a return hands back, by each way it came in; what is `gone` of a card is not sent."""

    order_id: UUID
    return_id: UUID
    change_cents: int  # of the sale: it never was in the drawer; with what rounding made of it
    parts: tuple[Tender, ...]
    reason: str
    actor_name: str
    gone: tuple[Tender, ...] = ()
    cash_rounding_cents: int = 0  # handed back beyond the cash part, for want of pennies


# --- Card payments --------------------------------------------------------------------------------


class Method(StrEnum):
    """How a card comes to us: at a reader, or by its number in a form of Stripe's."""

    CARD_PRESENT = "CARD_PRESENT"
    CARD = "CARD"


class PaymentStatus(StrEnum):
    """Where the money of a payment stands. `rules.PAYMENT_MOVES` says what may follow what."""

    PENDING = "PENDING"  # written down; Stripe is being asked
    PROCESSING = "PROCESSING"  # a reader is at work on it
    UNKNOWN = "UNKNOWN"  # Stripe was asked and did not answer: the resolver finds out
    AUTHORIZED = "AUTHORIZED"
    CAPTURED = "CAPTURED"
    PARTIALLY_REFUNDED = "PARTIALLY_REFUNDED"
    REFUNDED = "REFUNDED"
    FAILED = "FAILED"
    CANCELED = "CANCELED"


# Money is in, and perhaps some of it went back.
TAKEN = frozenset(
    {PaymentStatus.CAPTURED, PaymentStatus.PARTIALLY_REFUNDED, PaymentStatus.REFUNDED}
)
# No money is in, and none will be.
CAME_TO_NOTHING = frozenset({PaymentStatus.FAILED, PaymentStatus.CANCELED})


class RefundStatus(StrEnum):
    """Where a refund stands. `rules.REFUND_MOVES` says what may follow what."""

    PENDING = "PENDING"  # written down, or on its way through the bank
    UNKNOWN = "UNKNOWN"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


class Operation(StrEnum):
    """What we ask Stripe to do."""

    AUTHORIZE = "AUTHORIZE"
    PRESENT = "PRESENT"  # a reader takes the card
    CAPTURE = "CAPTURE"
    CANCEL = "CANCEL"
    REFUND = "REFUND"


class AttemptState(StrEnum):
    """What became of one call. SENT outlives a call only where its process died."""

    SENT = "SENT"
    UNANSWERED = "UNANSWERED"
    ANSWERED = "ANSWERED"
    REFUSED = "REFUSED"
    ABANDONED = "ABANDONED"  # it did nothing, and another took its place


OPEN_STATES = (AttemptState.SENT.value, AttemptState.UNANSWERED.value)


class Silence(StrEnum):
    """Why the outcome of a call is not known."""

    NETWORK = "NETWORK"  # no whole answer: the same key finds out
    SERVER = "SERVER"  # a 5xx, which Stripe replays for the life of the key: take a new one
    NOT_SENT = "NOT_SENT"  # it never left
    BUSY = "BUSY"  # turned away at the door: nothing has happened, and the same key may try again


@dataclass(frozen=True, slots=True)
class Intent:
    """A payment as Stripe shows it, all amounts in cents."""

    id: str
    status: str
    amount_cents: int
    capturable_cents: int
    received_cents: int
    currency: str
    created_at: datetime
    payment_id: UUID | None = None  # ours, from its metadata
    decline_code: str = ""
    card_brand: str = ""
    card_last4: str = ""
    capture_before: datetime | None = None
    charge_id: str = ""
    tip_cents: int = 0  # added at the reader, and part of `amount_cents`
    is_at_reader: bool = False  # it waits for a card that is held to a reader


@dataclass(frozen=True, slots=True)
class StripeRefund:
    """A refund as Stripe shows it, in cents."""

    id: str
    status: str
    amount_cents: int
    intent_id: str
    created_at: datetime
    refund_id: UUID | None = None  # ours, from its metadata
    is_booked: bool = True  # whether money moved: what is let go at a capture is shown as a refund


@dataclass(frozen=True, slots=True)
class StripeDispute:
    """A dispute as Stripe shows it, in cents."""

    id: str
    status: DisputeStatus
    amount_cents: int
    currency: str
    reason: str
    is_charge_refundable: bool
    intent_id: str
    opened_at: datetime
    evidence_due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StripeReader:
    """A card reader as Stripe shows it, with what it is doing, if anything."""

    id: str
    label: str
    device_type: str
    serial_number: str
    is_online: bool
    location_id: str
    is_waiting: bool = False  # for somebody's card
    intent_id: str = ""  # the payment it works on, or worked on lastly
    failure_code: str = ""  # how that ended, where it ended badly

    @property
    def status(self) -> str:
        """As an attempt's answer names it."""
        return "in_progress" if self.is_waiting else self.failure_code or "idle"


@dataclass(frozen=True, slots=True)
class Answered[T]:
    """Stripe did what it was asked, or says where the thing stands."""

    seen: T


@dataclass(frozen=True, slots=True)
class Refused[T]:
    """Stripe will not. `seen` is how it shows the thing, where it does."""

    code: str
    message: str
    decline_code: str = ""
    seen: T | None = None


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Nobody knows yet."""

    silence: Silence
    reason: str


type Outcome[T] = Answered[T] | Refused[T] | Unanswered


@dataclass(frozen=True, slots=True)
class PaymentRequest:
    """A card payment as a till asks for it."""

    id: UUID
    order_id: UUID
    amount_cents: int
    method: Method
    payment_method: str = ""  # Stripe's name of the card, `pm_...`; empty for a card at a reader
    reader_id: str = ""  # Stripe's name of the reader, `tmr_...`; empty for any other card


@dataclass(frozen=True, slots=True)
class RefundRequest:
    """Money back to a card, as somebody asks for it."""

    id: UUID
    payment_id: UUID
    amount_cents: int
    reason: str
    actor_name: str


# --- What Stripe tells us, and its books ----------------------------------------------------------


class EventState(StrEnum):
    """What became of an event that Stripe sent."""

    WAITING = "WAITING"
    DONE = "DONE"
    IGNORED = "IGNORED"  # of a type that moves nothing here
    UNMATCHED = "UNMATCHED"  # about money of which we know nothing: reconciliation shows it


@dataclass(frozen=True, slots=True)
class Notice:
    """What an event of Stripe's says happened, and to what: where to look, not what is true."""

    id: str
    type: str
    object_id: str
    intent_id: str  # of the payment it is about; empty where it names none
    is_live: bool
    created_at: datetime


class DisputeStatus(StrEnum):
    """Where a dispute stands. `rules.DISPUTE_MOVES` says what may follow what."""

    WARNING_NEEDS_RESPONSE = "WARNING_NEEDS_RESPONSE"  # an inquiry: no money has moved
    WARNING_UNDER_REVIEW = "WARNING_UNDER_REVIEW"
    WARNING_CLOSED = "WARNING_CLOSED"
    NEEDS_RESPONSE = "NEEDS_RESPONSE"
    UNDER_REVIEW = "UNDER_REVIEW"
    APPEAL_NEEDS_RESPONSE = "APPEAL_NEEDS_RESPONSE"
    APPEAL_UNDER_REVIEW = "APPEAL_UNDER_REVIEW"
    PREVENTED = "PREVENTED"
    WON = "WON"
    LOST = "LOST"


class PayoutStatus(StrEnum):
    """Where a payout stands, in Stripe's words."""

    PENDING = "PENDING"
    IN_TRANSIT = "IN_TRANSIT"
    PAID = "PAID"
    FAILED = "FAILED"
    CANCELED = "CANCELED"


class DifferenceKind(StrEnum):
    """How Stripe's books and ours can differ."""

    FOREIGN_CHARGE = "FOREIGN_CHARGE"  # money taken there of which nothing stands here
    FOREIGN_REFUND = "FOREIGN_REFUND"
    MISSING_CAPTURE = "MISSING_CAPTURE"  # sold, but the money was not taken
    MISSING_REFUND = "MISSING_REFUND"
    AMOUNT_DIFFERS = "AMOUNT_DIFFERS"
    ORPHAN_AUTHORIZATION = "ORPHAN_AUTHORIZATION"  # money held on a card for no order
    NO_ORDER = "NO_ORDER"  # money taken, and nothing sold for it
    EXPIRING = "EXPIRING"  # money of an order that will be lost if it is not taken soon
    PAYOUT_DIFFERS = "PAYOUT_DIFFERS"


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One line of Stripe's ledger, in cents."""

    id: str
    kind: str
    source_id: str
    intent_id: str
    currency: str
    amount_cents: int
    fee_cents: int
    net_cents: int
    booked_at: datetime
    available_at: datetime


@dataclass(frozen=True, slots=True)
class StripePayout:
    """A payout as Stripe shows it, in cents. Only of an automatic one is it known what it holds."""

    id: str
    status: str
    amount_cents: int
    currency: str
    is_automatic: bool
    created_at: datetime
    arrival_date: date


@dataclass(frozen=True, slots=True)
class Found:
    """A difference between Stripe's books and ours, as a comparison found it, in cents."""

    kind: DifferenceKind
    subject: str
    ours_cents: int
    theirs_cents: int
    detail: str
    payment_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """What a comparison read and found."""

    payments: int = 0
    intents: int = 0
    entries: int = 0
    found: tuple[Found, ...] = ()

    def __add__(self, other: Compared) -> Compared:
        return Compared(
            self.payments + other.payments,
            self.intents + other.intents,
            self.entries + other.entries,
            self.found + other.found,
        )
