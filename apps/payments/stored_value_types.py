"""Gift cards and store credit: what a customer has with us, and every cent that moved it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uuid import UUID


class StoredValueKind(StrEnum):
    """How somebody came to have money with us; both are tendered under these names."""

    GIFT_CARD = "GIFT_CARD"  # sold
    STORE_CREDIT = "STORE_CREDIT"  # given for goods that came back


class StoredValueStatus(StrEnum):
    """Whether an account may be spent from."""

    ACTIVE = "ACTIVE"
    FROZEN = "FROZEN"


class EntryKind(StrEnum):
    """Why the balance of an account moved."""

    SOLD = "SOLD"  # loaded by a sale, which was paid for it
    SALE_VOIDED = "SALE_VOIDED"  # that sale was taken back, and its load with it
    SPENT = "SPENT"
    SPEND_REVERSED = "SPEND_REVERSED"  # what was bought with it came back, or its sale was voided
    CREDITED = "CREDITED"  # goods came back without a receipt
    ADJUSTED = "ADJUSTED"  # by the office, with a reason


# Which way each kind moves a balance; the office may go either way.
GOES_UP = (EntryKind.SOLD, EntryKind.SPEND_REVERSED, EntryKind.CREDITED)
GOES_DOWN = (EntryKind.SALE_VOIDED, EntryKind.SPENT)
OF_AN_ORDER = (
    EntryKind.SOLD,
    EntryKind.SALE_VOIDED,
    EntryKind.SPENT,
    EntryKind.SPEND_REVERSED,
)


@dataclass(frozen=True, slots=True)
class Account:
    """An account as whoever presents its code finds it, in cents."""

    id: UUID
    kind: StoredValueKind
    last4: str
    currency: str
    balance_cents: int
    status: StoredValueStatus


@dataclass(frozen=True, slots=True)
class Posting:
    """An entry to be written: how much goes on to an account, or (negative) off it, and why."""

    account_id: UUID
    kind: EntryKind
    amount_cents: int
    order_id: UUID | None = None
    return_id: UUID | None = None
    reason: str = ""
    key: UUID | None = None  # of a form that may be sent twice


@dataclass(frozen=True, slots=True)
class Posted:
    """An entry that was written, and what it left on the account."""

    entry_id: int
    account_id: UUID
    last4: str
    left_cents: int


@dataclass(frozen=True, slots=True)
class Load:
    """Money to be put on the account of a code, which is opened where it is new."""

    kind: StoredValueKind
    code: str = field(repr=False)
    amount_cents: int
