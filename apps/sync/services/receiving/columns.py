"""What lists and totals need of a fact, taken out of its payload; and what it does to stock.

A day's sum of `amount_cents` makes sense per type: sales count up, voids and returns down; of
payments what was captured counts up and what was refunded down; of a shift it is what was sold less
what came back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

MOST_CENTS = 10**12  # ten billion dollars
MOST_UNITS = 10**9
LONGEST = {"store": 40, "number": 80, "sku": 80}  # characters


class Unfit(ValueError):
    """A payload is as its schema says, and still has a value that no shop has."""


@dataclass(frozen=True, slots=True)
class Columns:
    """What stands beside a payload. `moved` is what it adds to stock, by store and SKU."""

    store: str = ""
    number: str = ""
    business_date: str | None = None
    amount_cents: int | None = None
    moved: tuple[tuple[str, str, int], ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()


def columns_of(event_type: str, payload: Mapping[str, Any]) -> Columns:
    """The columns of a fact whose payload is as its schema says.

    Raises:
        Unfit: a figure is out of bounds, or a text too long for its column.
    """
    read = _READERS.get(event_type)
    return read(payload) if read else Columns()


def _sold(payload: Mapping[str, Any]) -> Columns:
    order = payload["order"]
    return _trade(payload, order, order["number"], order["total_cents"])


def _voided(payload: Mapping[str, Any]) -> Columns:
    return _trade(payload, payload, payload["number"], payload["total_cents"], sign=-1)


def _returned(payload: Mapping[str, Any]) -> Columns:
    given = payload["returned"]
    return _trade(payload, given, given.get("number", ""), given["total_cents"], sign=-1)


def _trade(
    payload: Mapping[str, Any], document: Mapping[str, Any], number: str, cents: Any, sign: int = 1
) -> Columns:
    store = _text("store", payload["store"])
    return Columns(
        store=store,
        number=_text("number", number),
        business_date=_day(document["business_date"]),
        amount_cents=sign * _cents(cents),
        moved=_moved((store, sku, units) for sku, units in payload["moved"].items()),
    )


def _captured(payload: Mapping[str, Any]) -> Columns:
    return Columns(
        store=_text("store", payload["store"]), amount_cents=_cents(payload["captured_cents"])
    )


def _refunded(payload: Mapping[str, Any]) -> Columns:
    sign = 1 if payload["is_undone"] else -1
    return Columns(
        store=_text("store", payload["store"]), amount_cents=sign * _cents(payload["amount_cents"])
    )


def _closed(payload: Mapping[str, Any]) -> Columns:
    z = payload["z"]
    return Columns(
        store=_text("store", payload["store"]),
        number=str(_whole(z["number"], MOST_UNITS)),
        business_date=_day(z["business_date"]),
        amount_cents=_cents(z["net_cents"]),
    )


def _amended(payload: Mapping[str, Any]) -> Columns:
    """What a late sale adds to a Z; the sale itself is told as a sale, so it sums up to nothing."""
    store = _text("store", payload["store"])
    return Columns(store=store, business_date=_day(payload["business_date"]))


def _adjusted(payload: Mapping[str, Any]) -> Columns:
    lines = payload["lines"]
    return Columns(
        store=_text("store", payload["store"]),
        moved=_moved((line["store"], line["sku"], line["quantity"]) for line in lines),
    )


def _updated(payload: Mapping[str, Any]) -> Columns:
    """Products are their senders' own; but stock follows a product that has a new SKU."""
    renamed = (
        (_text("sku", product["previous_sku"]), _text("sku", product["sku"]))
        for product in payload["products"]
        if product["previous_sku"] not in {None, product["sku"]}
    )
    return Columns(renamed=tuple(renamed))


_READERS: Mapping[str, Callable[[Mapping[str, Any]], Columns]] = {
    "order.completed": _sold,
    "order.voided": _voided,
    "return.completed": _returned,
    "return.without_receipt": _returned,
    "payment.captured": _captured,
    "payment.refunded": _refunded,
    "shift.closed": _closed,
    "shift.amended": _amended,
    "inventory.adjusted": _adjusted,
    "product.updated": _updated,
}


def _moved(lines: Iterable[tuple[str, str, Any]]) -> tuple[tuple[str, str, int], ...]:
    return tuple(
        (_text("store", store), _text("sku", sku), _whole(units, MOST_UNITS))
        for store, sku, units in lines
    )


def _text(name: str, value: str) -> str:
    if len(value) > LONGEST[name]:
        raise Unfit(f"A {name} has at most {LONGEST[name]} characters.")
    return value


def _cents(value: Any) -> int:
    return _whole(value, MOST_CENTS)


def _whole(value: Any, most: int) -> int:
    """A whole number within bounds; JSON Schema takes 1.0 and 1e30 for whole numbers as well."""
    if type(value) is not int or abs(value) > most:
        raise Unfit(f"{value} is no whole number of at most {most:,}.")
    return value


def _day(value: str) -> str:
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError as error:
        raise Unfit(f"{value[:40]} is no date.") from error
