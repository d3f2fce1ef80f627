"""The drawer of a till: who answers for its cash, what moves through it, what is counted in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from apps.payments.types import TenderKind


class ShiftStatus(StrEnum):
    """Whether a drawer is in use."""

    OPEN = "OPEN"
    CLOSED = "CLOSED"


class CashMovementKind(StrEnum):
    """Why cash moved, or the drawer was opened, other than for a sale."""

    PAY_IN = "PAY_IN"  # cash put in: change fetched from the bank
    PAY_OUT = "PAY_OUT"  # cash taken out for something: a courier, tips to staff
    DROP = "DROP"  # cash taken to the safe
    NO_SALE = "NO_SALE"  # the drawer was opened and nothing moved
    VARIANCE = "VARIANCE"  # what the count found too much (positive) or too little; ours alone


# What a till may ask for; a variance is written by closing, and by nothing else.
MADE_AT_TILLS = tuple(kind for kind in CashMovementKind if kind is not CashMovementKind.VARIANCE)


@dataclass(frozen=True, slots=True)
class NewShift:
    """A drawer put into a till, as the till asks for it."""

    id: UUID
    opening_float_cents: int


@dataclass(frozen=True, slots=True)
class NewMovement:
    """Cash put in or taken out, as the till asks for it; by whose leave, where it needs one."""

    id: UUID
    kind: CashMovementKind
    amount_cents: int
    reason: str
    approval: str | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """A drawer as somebody counted it: how many of each denomination, in cents, and the sum.

    `key` is the idempotency key it was sent under: the same request sent again is no second count.
    """

    denominations: Mapping[int, int]
    cents: int
    key: str
    shift_id: UUID | None = None  # of this shift only; None: of whichever is open at the till


@dataclass(frozen=True, slots=True)
class CashTaken:
    """Cash that came in for sales, less change, and went back for voids and returns, in cents.

    All three are positive. Tips are in it as they came: a tip in cash lies in the drawer until it
    is paid out, a tip on a card never does.
    """

    sales_cents: int = 0
    voids_cents: int = 0
    returns_cents: int = 0


@dataclass(frozen=True, slots=True)
class Drawer:
    """What moved through a drawer since it was opened, in cents."""

    opening_float_cents: int
    cash: CashTaken
    moved: Mapping[CashMovementKind, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TenderSum:
    """What was taken one way and what voids and returns gave back that way, in cents, positive."""

    kind: TenderKind
    card_brand: str
    taken_cents: int
    voided_cents: int
    returned_cents: int
