"""Facts of other stores as papers that a manager reads: figures, lines, sums, how it was paid.

What a payload lacks is left out: another version may have written it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from apps.core.money import format_cents

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

type Document = Mapping[str, Any]
type Figure = tuple[str, str, str]  # its name, what it is, and a note


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a paper; what stands below the name in small letters, and cells of numbers."""

    name: str
    notes: tuple[str, ...]
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Paper:
    """What a fact says, as people read it."""

    figures: Sequence[Figure]
    headers: tuple[str, ...] = ()
    lines: Sequence[Line] = ()
    sums: Sequence[tuple[str, str]] = ()
    total: tuple[str, str] | None = None
    paid: Sequence[tuple[str, str]] = field(default_factory=list)


def find_reader(event_type: str) -> Callable[[Document], Paper] | None:
    """What reads facts of a type as a paper, or None."""
    return {
        "order.completed": read_sale,
        "return.completed": read_return,
        "return.without_receipt": read_return,
        "payment.captured": read_payment,
        "payment.refunded": read_payment,
        "shift.closed": read_shift,
        "shift.amended": read_amendment,
    }.get(event_type)


def read_sale(payload: Document) -> Paper:
    """A sale, line by line."""
    order, skus = _part(payload, "order"), _part(payload, "skus")
    store, till = _part(order, "store"), _part(order, "terminal")
    age = _part(order, "age_check")
    return Paper(
        figures=[
            ("Order", _text(order, "number"), _day(order)),
            ("Sold", _time(order, "placed_at"), _text(store, "name") or _text(payload, "store")),
            ("By", _text(_part(order, "cashier"), "name"), _text(till, "name")),
            ("Age check", _text(age, "outcome") or "none", _text(age, "method")),
        ],
        headers=("Quantity", "Each", "Tax", "Total"),
        lines=[_sold(line, skus) for line in _list(order, "lines")],
        sums=_sums(
            order,
            ("At shelf prices", "subtotal_cents"),
            ("Discounts", "discount_cents"),
            ("Sales tax", "tax_cents"),
            ("Tip", "tip_cents"),
            ("Gift cards sold", "gift_cards_cents"),
        ),
        total=("Total", _dollars(order, "total_cents")),
        paid=[
            *_tenders(order),
            *_sums(order, ("Cash rounding", "cash_rounding_cents"), ("Change", "change_cents")),
        ],
    )


def read_return(payload: Document) -> Paper:
    """Goods that were taken back, with or without their receipt."""
    back, skus = _part(payload, "returned"), _part(payload, "skus")
    number = _text(back, "number")
    return Paper(
        figures=[
            ("Of the sale", number or "unknown", "" if number else "without a receipt"),
            ("Taken back", _time(back, "returned_at"), _text(payload, "store")),
            ("By", _text(_part(back, "cashier"), "name"), _text(back, "reason")),
        ],
        headers=("Quantity", "Shelf", "Tax", "Total"),
        lines=[_returned(line, skus) for line in _list(back, "lines")],
        sums=_sums(back, ("Tax given back", "tax_cents"), ("Cash rounding", "cash_rounding_cents")),
        total=("Given back", _dollars(back, "total_cents")),
        paid=[*_tenders(back), *_credit(back)],
    )


def read_payment(payload: Document) -> Paper:
    """Money of a card that was taken or went back."""
    card = f"{_text(payload, 'card_brand').capitalize()} {_text(payload, 'card_last4')}".strip()
    sums = [
        ("Asked for", "amount_cents") if "tip_cents" in payload else ("This time", "amount_cents"),
        ("Tip", "tip_cents"),
        ("Taken", "captured_cents"),
        ("Gone back so far", "refunded_cents"),
    ]
    undone = "came to nothing: the shop has its money again" if payload.get("is_undone") else ""
    return Paper(
        figures=[
            ("Card", card or "unknown", undone),
            ("Store", _text(payload, "store"), _text(payload, "currency")),
        ],
        sums=_sums(payload, *sums),
    )


def read_shift(payload: Document) -> Paper:
    """The Z report of a shift."""
    z = _part(payload, "z")
    cash, sales, till = _part(z, "cash"), _part(z, "sales"), _part(z, "terminal")
    return Paper(
        figures=[
            ("Z report", _text(z, "number"), _day(z)),
            ("Closed", _time(z, "closed_at"), _text(z, "closed_by")),
            ("Till", _text(till, "name"), _text(payload, "store")),
            ("Counted", _dollars(z, "counted_cents"), _variance(z)),
        ],
        sums=[
            (_counted(sales, "sale"), _dollars(sales, "total_cents")),
            *_back(z, "voids", "void"),
            *_back(z, "returns", "return"),
            *_back(z, "without_receipt", "return", "without receipt"),
            *_sums(z, ("Sales tax", "tax_cents"), ("Net of returns", "net_cents")),
        ],
        total=("Expected in the drawer", _dollars(z, "expected_cents")),
        paid=[
            *((_words(each), _dollars(each, "net_cents")) for each in _list(z, "tenders")),
            *_sums(
                cash,
                ("Opening float", "opening_float_cents"),
                ("Paid in", "pay_ins_cents"),
                ("Paid out", "pay_outs_cents"),
                ("To the safe", "drops_cents"),
            ),
        ],
    )


def read_amendment(payload: Document) -> Paper:
    """What a sale that came late adds to the Z of its shift."""
    amendment = _part(payload, "amendment")
    sales, order = _part(amendment, "sales"), _part(amendment, "order")
    return Paper(
        figures=[
            ("Adds to Z report", _text(amendment, "z_number"), _day(payload)),
            ("Arrived", _time(amendment, "arrived_at"), _text(payload, "store")),
            ("Sale", _text(order, "number"), _text(amendment, "sold_by")),
        ],
        sums=[
            *_sums(sales, ("Sold", "total_cents")),
            *_sums(amendment, ("Sales tax", "tax_cents"), ("Net of returns", "net_cents")),
        ],
        paid=[(_words(each), _dollars(each, "net_cents")) for each in _list(amendment, "tenders")],
    )


def _sold(line: Document, skus: Document) -> Line:
    pack = line.get("pack_size", 1)
    notes = [
        _text(skus, str(line.get("product_id"))) + (f", {pack}-pack" if pack != 1 else ""),
        *(f"+ {_text(each, 'name')}" for each in _list(line, "modifiers")),
        *(f"{_text(d, 'name')}: -{_dollars(d, 'amount_cents')}" for d in _list(line, "discounts")),
        _text(line, "note"),
    ]
    cells = [_text(line, "quantity")]
    cells += [_dollars(line, f"{each}_cents") for each in ("unit_price", "tax", "total")]
    return Line(_text(line, "name"), tuple(note for note in notes if note), tuple(cells))


def _returned(line: Document, skus: Document) -> Line:
    shelf = "back on it" if line.get("restock") else "thrown away"
    cells = (
        _text(line, "quantity"),
        shelf,
        _dollars(line, "tax_cents"),
        _dollars(line, "total_cents"),
    )
    sku = _text(skus, str(line.get("product_id")))
    return Line(_text(line, "name"), (sku,) if sku else (), cells)


def _tenders(document: Document) -> Iterator[tuple[str, str]]:
    for tender in _list(document, "tenders"):
        yield _words(tender), _dollars(tender, "amount_cents")


def _words(tender: Document) -> str:
    """How it was paid: Cash, Card, Gift card ...8899."""
    kind = _text(tender, "kind").replace("_", " ").capitalize()
    brand, last4 = _text(tender, "card_brand"), _text(tender, "last4")
    return " ".join(part for part in (kind, brand, f"...{last4}" if last4 else "") if part)


def _credit(back: Document) -> Iterator[tuple[str, str]]:
    credit = _part(back, "store_credit")
    if credit:
        yield f"Store credit ...{_text(credit, 'last4')}", _dollars(credit, "amount_cents")


def _back(z: Document, key: str, word: str, kind: str = "") -> Iterator[tuple[str, str]]:
    sums = _part(z, key)
    if sums.get("count"):
        yield f"{_counted(sums, word)} {kind}".strip(), f"-{_dollars(sums, 'total_cents')}"


def _counted(sums: Document, word: str) -> str:
    """So many of them: 1 sale, 2 sales."""
    count = sums.get("count") or 0
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def _variance(z: Document) -> str:
    cents = z.get("variance_cents")
    if not isinstance(cents, int) or not cents:
        return "as expected"
    return f"{format_cents(abs(cents))} too {'much' if cents > 0 else 'little'}"


def _sums(document: Document, *named: tuple[str, str]) -> list[tuple[str, str]]:
    """The amounts that are not nothing, under their names."""
    return [(name, _dollars(document, key)) for name, key in named if document.get(key)]


def _part(document: Document, key: str) -> Document:
    found = document.get(key)
    return found if isinstance(found, dict) else {}


def _list(document: Document, key: str) -> list[Document]:
    found = document.get(key)
    rows = found if isinstance(found, list) else []
    return [row for row in rows if isinstance(row, dict)]


def _text(document: Document, key: str) -> str:
    found = document.get(key)
    return "" if found is None else str(found)


def _dollars(document: Document, key: str) -> str:
    found = document.get(key)
    return format_cents(found) if isinstance(found, int) else ""


def _day(document: Document) -> str:
    try:
        day = date.fromisoformat(_text(document, "business_date"))
    except ValueError:
        return ""
    return f"business date {day:%b %-d, %Y}"


def _time(document: Document, key: str) -> str:
    at = parse_datetime(_text(document, key))
    return f"{timezone.localtime(at):%b %-d, %H:%M}" if at and timezone.is_aware(at) else ""
