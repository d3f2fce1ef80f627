"""Reading what a head office says of a product: understood whole, or refused with the reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from apps.catalog.events import ProductUpdated
from apps.catalog.models.product import MAX_PRICE_CENTS
from apps.catalog.services.imports.states import PLAIN_FIELDS, State
from apps.core.event_schemas import find_fault

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_VOLUME_ML = 1_000_000
MAX_CENTS = 2**31 - 1  # what a column of costs and surcharges holds
MAX_CHOICES = 2**15 - 1
BOOK_LENGTH = 20
SKU_LENGTH = 40
_FIELDS = frozenset(
    {
        *PLAIN_FIELDS, "sku", "previous_sku", "is_removed", "abv_percent", "department",
        "category", "barcodes", "modifier_groups",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CentralGroup:
    """Choices as the head office has them; surcharges in cents."""

    name: str
    minimum: int
    maximum: int
    choices: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class CentralPrice:
    """A price per base unit in the book of that code, from an instant on."""

    book: str
    starts_at: datetime
    price_cents: int


@dataclass(frozen=True, slots=True)
class CentralProduct:
    """A product as the head office has it, in the form in which an import compares products."""

    sku: str
    state: State
    groups: tuple[CentralGroup, ...]
    prices: tuple[CentralPrice, ...]


@dataclass(frozen=True, slots=True)
class Gone:
    """An SKU that the head office does not let the store sell, or not any more."""

    sku: str


@dataclass(frozen=True, slots=True)
class Renamed:
    """A product that has another SKU from here on."""

    previous_sku: str
    sku: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A product that cannot be taken over, and why."""

    sku: str
    reason: str


class _Fault(ValueError):
    """Why a product cannot be taken over; the message is for the person who mends it."""


def read_change(change: Any) -> CentralProduct | Gone | Refused:
    """What a line of a snapshot, or one of the changes, says."""
    try:
        return _read(change)
    except _Fault as fault:
        return Refused(_sku_of(change), str(fault))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        return Refused(_sku_of(change), f"It is not written as agreed: {error!r}.")


def read_rename(rename: Any) -> Renamed | Refused:
    """What one of the renames says."""
    try:
        skus = [rename["previous_sku"], rename["sku"]]
    except (KeyError, TypeError) as error:
        return Refused("?", f"It is not written as agreed: {error!r}.")
    if not all(isinstance(s, str) and 0 < len(s) <= SKU_LENGTH and "\x00" not in s for s in skus):
        return Refused("?", f"An SKU is a text of 1 to {SKU_LENGTH} characters.")
    return Renamed(*skus)


def _read(change: Any) -> CentralProduct | Gone:
    if any("\x00" in text for text in _texts_in(change)):
        raise _Fault("It contains a NUL character.")
    if change["kind"] == "delete":
        return Gone(str(change["product"]["sku"]))
    if change["kind"] != "upsert":
        raise _Fault(f"{change['kind']!r} is no kind of change that this version knows: update it.")
    record = change.get("record")
    if record is None:
        raise _Fault("The record of the product is missing: the token is no service token.")
    own = {name: value for name, value in record.items() if name in _FIELDS}
    if fault := find_fault(ProductUpdated.type, ProductUpdated.version, {"products": [own]}):
        raise _Fault(f"It is not as this version knows products; update it. {fault}")
    _refuse_large(own)
    return CentralProduct(
        sku=own["sku"],
        state=_state_of(own),
        groups=tuple(_group_of(group) for group in own["modifier_groups"]),
        prices=tuple(_price_of(price) for price in record["prices"]),
    )


def _state_of(own: dict[str, Any]) -> State:
    return {
        **{name: own[name] for name in PLAIN_FIELDS},
        "abv_percent": own["abv_percent"],
        "category": [own["department"], own["category"]],
        "barcodes": sorted([code["gtin"], code["pack_size"]] for code in own["barcodes"]),
        "modifier_groups": sorted({group["name"] for group in own["modifier_groups"]}),
        "price_cents": None,  # prices are dated, and written by themselves
    }


def _group_of(group: dict[str, Any]) -> CentralGroup:
    choices = tuple((choice["name"], choice["price_cents"]) for choice in group["choices"])
    return CentralGroup(group["name"], group["minimum"], group["maximum"], choices)


def _price_of(price: dict[str, Any]) -> CentralPrice:
    book, cents = price["price_book"], price["price_cents"]
    starts_at = datetime.fromisoformat(price["starts_at"])
    if not (isinstance(book, str) and 0 < len(book) <= BOOK_LENGTH):
        raise _Fault(f"The code of a price book has 1 to {BOOK_LENGTH} characters.")
    if type(cents) is not int or not 0 <= cents <= MAX_PRICE_CENTS:
        raise _Fault(f"A price is a whole number of cents from 0 to {MAX_PRICE_CENTS}.")
    if starts_at.tzinfo is None:
        raise _Fault("The start of a price has no offset.")
    return CentralPrice(book, starts_at, cents)


def _refuse_large(own: dict[str, Any]) -> None:
    """Refuse what no column holds: a whole page would be refused for it."""
    groups = own["modifier_groups"]
    choices = [choice["price_cents"] for group in groups for choice in group["choices"]]
    counts = [group[name] for group in groups for name in ("minimum", "maximum")]
    if (own["volume_ml"] or 0) > MAX_VOLUME_ML:
        raise _Fault(f"A volume of {own['volume_ml']} ml is no container.")
    if max(own["unit_cost_cents"] or 0, *choices, 0) > MAX_CENTS:
        raise _Fault("A cost or a surcharge is larger than any amount of money.")
    if max((*counts, 0)) > MAX_CHOICES or any(g["minimum"] > g["maximum"] for g in groups):
        raise _Fault("A group of choices asks for more than it allows.")


def _sku_of(change: Any) -> str:
    product = change.get("product") if isinstance(change, dict) else None
    sku = product.get("sku") if isinstance(product, dict) else None
    return str(sku or "?").replace("\x00", "")[:SKU_LENGTH]


def _texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, below in value.items():
            yield name
            yield from _texts_in(below)
    elif isinstance(value, list):
        for below in value:
            yield from _texts_in(below)
