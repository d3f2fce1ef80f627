"""Customers as they cross the app's border."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime
    from uuid import UUID


class ContactKind(StrEnum):
    """What a customer can be looked up by."""

    PHONE = "PHONE"
    EMAIL = "EMAIL"


@dataclass(frozen=True, slots=True, repr=False)
class NewCustomer:
    """Who somebody is, as they say it themselves. It never shows itself in a log."""

    id: UUID
    name: str
    phone: str = ""
    email: str = ""
    accepts_marketing: bool = False

    def __repr__(self) -> str:
        return f"NewCustomer({self.id})"


# --- Exemptions from tax --------------------------------------------------------------------------


class CertificateKind(StrEnum):
    """Certificates of the Florida Department of Revenue under which a sale bears no tax."""

    DR_14 = "DR-14"  # consumer's certificate of exemption: churches, schools, governments
    DR_13 = "DR-13"  # annual resale certificate: ends each 31 December


@dataclass(frozen=True, slots=True)
class NewCertificate:
    """A certificate as whoever saw it writes it down; both dates are inclusive."""

    id: UUID
    kind: CertificateKind
    number: str
    holder: str
    valid_from: date
    valid_until: date
    has_copy: bool = False
    verification_number: str = ""
    customer_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class ExemptionClaim:
    """What a buyer says at the till: by which certificate, whose money, what for.

    `tenders` are the ways of paying that draw on the organization's own funds.
    """

    certificate_id: UUID | None = None
    number: str = ""
    own_funds: bool = False
    tenders: frozenset[str] = frozenset()
    for_resale: bool = False


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate on file."""

    id: UUID
    kind: CertificateKind
    number: str
    holder: str
    valid_from: date
    valid_until: date
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Exemption:
    """A certificate that holds, with what the buyer said of it."""

    certificate: Certificate
    claim: ExemptionClaim


# --- Loyalty --------------------------------------------------------------------------------------


class PointsEntryKind(StrEnum):
    """Why points came or went."""

    EARNED = "EARNED"  # by a sale
    REVERSED = "REVERSED"  # what a sale earned, as its goods come back
    REDEEMED = "REDEEMED"  # used in a sale
    GIVEN_BACK = "GIVEN_BACK"  # what was used, as the goods come back
    ADJUSTED = "ADJUSTED"  # by a manager, for a reason


@dataclass(frozen=True, slots=True)
class Programme:
    """A loyalty programme as a sale sees it."""

    id: int
    name: str
    points_per_dollar: int
    counts_alcohol: bool
    tax_classes: frozenset[str]
    hundred_points_cents: int
    minimum_points: int


@dataclass(frozen=True, slots=True)
class PointsOfLine:
    """What of a line earned points, in cents, and how many were used on it."""

    net_cents: int
    redeemed: int


@dataclass(frozen=True, slots=True)
class PointsOfSale:
    """What a sale does to a customer's points, and what that rests on, line by line."""

    programme_id: int
    points_per_dollar: int
    earned: int
    redeemed: int
    lines: Mapping[str, PointsOfLine]
