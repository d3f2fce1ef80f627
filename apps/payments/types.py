"""Money handed over for an order."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uuid import UUID


class TenderKind(StrEnum):
    """What was handed over."""

    CASH = "CASH"
    CARD = "CARD"


@dataclass(frozen=True, slots=True)
class Offered:
    """What a customer offers: cash with its amount, or a card payment authorised before."""

    kind: TenderKind
    amount_cents: int = 0
    payment_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Tender:
    """What was taken, in cents; negative where money was handed back."""

    kind: TenderKind
    amount_cents: int
    payment_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Settlement:
    """Tenders that cover a total, and what goes back over the counter."""

    tenders: tuple[Tender, ...]
    change_cents: int
