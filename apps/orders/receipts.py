"""What is on a receipt, and how it looks as text: 42 columns, as most receipt printers have."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from apps.core.choices import label
from apps.core.money import format_cents
from apps.orders.layout import COLUMNS, centred, local_time, spread, wrap
from apps.orders.receipt_code import receipt_code

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from uuid import UUID

    from apps.orders.models import Exchange, Order, OrderLine
    from apps.payments.models import StoredValueEntry
    from apps.payments.types import Tender

COPY_MARK = "*** COPY ***"
VOIDED_COPY_MARK = "*** COPY - VOIDED ***"


@dataclass(frozen=True, slots=True)
class Beside:
    """What belongs to a sale beside its lines: gift cards it loaded, goods it was swapped for.

    `cards` are what the cards that paid are called, by payment.
    """

    loads: Sequence[StoredValueEntry] = ()
    swap: Exchange | None = None
    cards: Mapping[UUID, str] = field(default_factory=dict)


NOTHING_BESIDE = Beside()


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """One line as printed."""

    text: str
    amount: str
    details: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt's content, ready to be laid out; every amount is text already."""

    heading: tuple[str, ...]
    number: str
    sold_at: str
    clerk: str
    lines: tuple[ReceiptLine, ...]
    sums: tuple[tuple[str, str], ...]
    total: tuple[str, str]
    tenders: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    code: str = ""  # what its barcode says


def compose(
    order: Order,
    tenders: Sequence[Tender],
    beside: Beside = NOTHING_BESIDE,
) -> Receipt:
    """The receipt of an order, with the gift cards it sold and the goods it was swapped for."""
    head = order.letterhead
    taken = [tender for tender in tenders if tender.amount_cents >= 0]  # not what a void gave back
    return Receipt(
        heading=tuple(text for text in (head["name"], head["address"], head["phone"]) if text),
        number=order.number,
        sold_at=local_time(order.placed_at, head["timezone"]),
        clerk=f"{order.cashier_name}, {head['terminal']}",
        lines=(
            *(_line(line) for line in order.lines.all()),
            *(_loaded(load) for load in beside.loads),
        ),
        sums=tuple(_sums(order, head["county"])),
        total=("TOTAL", format_cents(order.total_cents)),
        tenders=(
            *_rounded(order),
            *(entry for tender in taken for entry in _paid(tender, beside.cards)),
            ("Change", format_cents(order.change_cents)),
        ),
        notes=(*_swapped(beside.swap), *_notes(order)),
        code=receipt_code(order.number),
    )


def render_text(receipt: Receipt) -> str:
    """The receipt as lines of text, each at most 42 characters wide."""
    above, total, below = lay_out(receipt)
    return "\n".join([*above, total, *below]) + "\n"


def lay_out(receipt: Receipt, columns: int = COLUMNS) -> tuple[list[str], str, list[str]]:
    """The receipt as lines of text of so many columns: above its total, the total, below it."""
    total = spread(*receipt.total, columns)
    return list(_above(receipt, columns)), total, list(_below(receipt, columns))


def mark_of(*, is_voided: bool) -> str:
    """What a copy says.

    What was printed before a void does not tell of it, so the mark does: nobody is to be refunded
    twice.
    """
    return VOIDED_COPY_MARK if is_voided else COPY_MARK


def mark_copy(body: str, *, is_voided: bool) -> str:
    """The same receipt, as text or HTML, with one more line, which says that it is a copy."""
    mark = mark_of(is_voided=is_voided)
    first, newline, rest = body.partition("\n")
    if first.startswith("<!DOCTYPE"):
        opening, tag, inside = rest.partition('<main class="receipt">\n')
        return f'{first}{newline}{opening}{tag}<p class="copy">{mark}</p>\n{inside}'
    return f"{mark.center(COLUMNS).rstrip()}\n{body}"


def _above(receipt: Receipt, columns: int) -> Iterator[str]:
    for text in receipt.heading:
        yield from centred(text, columns)
    yield ""
    yield from _numbered(receipt, columns)
    yield from wrap(f"Served by {receipt.clerk}", columns)
    yield "-" * columns
    for line in receipt.lines:
        yield from _sold(line, columns)
    yield "-" * columns
    yield from (spread(*entry, columns) for entry in receipt.sums)


def _below(receipt: Receipt, columns: int) -> Iterator[str]:
    yield "-" * columns
    yield from (spread(*entry, columns) for entry in receipt.tenders)
    for note in receipt.notes:
        yield ""
        yield from centred(note, columns)


def _numbered(receipt: Receipt, columns: int) -> Iterator[str]:
    """Number and time side by side; a number that leaves too little room has its own line."""
    if len(receipt.number) + 1 + len(receipt.sold_at) > columns:
        yield receipt.number
        yield receipt.sold_at.rjust(columns)
    else:
        yield spread(receipt.number, receipt.sold_at, columns)


def _sold(line: ReceiptLine, columns: int) -> Iterator[str]:
    *above, last = wrap(line.text, columns - len(line.amount) - 1)
    yield from above
    yield spread(last, line.amount, columns)
    for detail in line.details:
        yield from (f"  {part}" for part in wrap(detail, columns - 2))


def _line(line: OrderLine) -> ReceiptLine:
    pack = f" ({line.pack_size}-pack)" if line.pack_size > 1 else ""
    details = []
    if line.quantity > 1:
        details.append(f"{line.quantity} x {format_cents(line.unit_price_cents)}")
    details += [_modifier(choice["name"], choice["price_cents"]) for choice in line.modifiers]
    details += [_discount(each) for each in line.discounts]
    if line.note:
        details.append(line.note)
    amount = format_cents(line.quantity * line.unit_price_cents - line.discount_cents)
    return ReceiptLine(
        f"{line.name}{pack}", amount + ("T" if line.is_taxable else " "), (*details,)
    )


def _loaded(load: StoredValueEntry) -> ReceiptLine:
    """A gift card that was sold: what it cost, and what is on it."""
    detail = f"Now on it {format_cents(load.balance_cents)}"
    amount = format_cents(load.amount_cents) + " "
    return ReceiptLine(f"Gift card ...{load.account.last4}", amount, (detail,))


def _paid(tender: Tender, cards: Mapping[UUID, str]) -> Iterator[tuple[str, str]]:
    """A tender; of a card, its brand and end; of a gift card, its end and what is left on it."""
    name = cards.get(tender.payment_id, "") if tender.payment_id else ""
    name = name or label(tender.kind)
    if not tender.kind.is_stored_value:
        yield name, format_cents(tender.amount_cents)
        return
    yield f"{name} ...{tender.last4}", format_cents(tender.amount_cents)
    yield "  left on it", format_cents(tender.left_cents or 0)


def _modifier(name: str, price_cents: int) -> str:
    return f"+ {name} {format_cents(price_cents)}" if price_cents else f"+ {name}"


def _discount(discount: dict[str, Any]) -> str:
    return f"{discount['name']} {format_cents(-discount['amount_cents'])}"


def _sums(order: Order, county: str) -> Iterator[tuple[str, str]]:
    yield "Subtotal", format_cents(order.subtotal_cents - order.discount_cents)
    if order.gift_cards_cents:
        yield "Gift cards", format_cents(order.gift_cards_cents)
    yield "Florida sales tax", format_cents(order.state_tax_cents)
    if order.surtax_cents:
        yield f"{county} surtax", format_cents(order.surtax_cents)
    if order.tip_cents:
        yield "Tip", format_cents(order.tip_cents)


def _rounded(order: Order) -> Iterator[tuple[str, str]]:
    """What cash was rounded by, in a store without pennies."""
    if order.cash_rounding_cents:
        yield "Cash rounding", format_cents(order.cash_rounding_cents)


def _swapped(swap: Exchange | None) -> Iterator[str]:
    """What an exchange took back, and what was left to pay or to give."""
    if swap is None:
        return
    worth = format_cents(swap.given.total_cents)
    yield f"EXCHANGE - of {swap.given.order.number} goods worth {worth} came back"
    verb = "Paid on top" if swap.difference_cents >= 0 else "Given back"
    yield f"{verb} {format_cents(abs(swap.difference_cents))}"


def _notes(order: Order) -> Iterator[str]:
    if order.voided_at:
        yield "VOID - this sale was taken back"
    if order.exemption:
        yield "TAX EXEMPT"
        yield "{kind} {number}, {holder}".format_map(order.exemption)
    if order.points:
        yield "Points earned: {earned}, used: {redeemed}".format_map(order.points)
    if order.age_method:
        yield f"Age {order.minimum_age}+ checked"
    if order.letterhead["footer"]:
        yield order.letterhead["footer"]
