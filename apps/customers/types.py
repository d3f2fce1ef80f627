"""Customers as they cross the app's border."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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


@dataclass(slots=True)
class Rotated:
    """How far the sealing under the newest key has come."""

    total: int
    done: int = 0
    resealed: int = 0
    unreadable: int = 0
