"""Card readers as a shop registers them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Address:
    """Where a store is, in the parts that Stripe asks for."""

    line1: str
    city: str
    state: str
    postal_code: str


@dataclass(frozen=True, slots=True)
class NewReader:
    """What somebody says to register a card reader. A store's first one needs an address."""

    store_id: int
    registration_code: str
    label: str
    address: Address | None = None
