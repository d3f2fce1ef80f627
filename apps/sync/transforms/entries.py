"""What a fact is to an accountant: a journal entry whose postings come to zero. Pure.

Of a sale and what became of it, each cent stands once: what a customer gave or got back on one
side, what it was for on the other. The money of cards moves with the sale and the return, as on a
Z report; when Stripe took it or sent it back (`payment.captured`, `payment.refunded`) moves none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from apps.sync.transforms.chart import Account

type Document = Mapping[str, Any]

_TENDERS = {
    "cash": Account.CASH,
    "card": Account.CARDS,
    "gift_card": Account.GIFT_CARDS,
    "store_credit": Account.STORE_CREDIT,
}
_MOVEMENTS = {
    "pay_in": (Account.PAID_IN, 1),
    "pay_out": (Account.PAID_OUT, -1),
    "drop": (Account.SAFE, -1),
}


@dataclass(frozen=True, slots=True)
class Posting:
    """Cents on an account: positive is a debit, negative a credit."""

    account: Account
    cents: int
    memo: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """What one fact posts; `date` is a business date, `reference` what people find it by."""

    date: str
    store: str
    reference: str
    memo: str
    postings: tuple[Posting, ...]


def entry_of(kind: str, payload: Document) -> Entry | None:
    """The entry of a fact of this type; None where it posts nothing.

    What does not come to zero, as it always should, is made up for on the suspense account, so
    that books stay whole and somebody sees it.
    """
    write = _WRITERS.get(kind)
    entry = write(payload) if write else None
    if entry is None:
        return None
    postings = [posting for posting in entry.postings if posting.cents]
    if off := sum(posting.cents for posting in postings):
        postings.append(Posting(Account.SUSPENSE, -off, "The fact does not add up."))
    if not postings:
        return None
    return Entry(entry.date, entry.store, entry.reference, entry.memo, tuple(postings))


def _sale(payload: Document) -> Entry:
    order = payload["order"]
    taken = [_tendered(tender) for tender in order["tenders"]]
    postings = (*taken, Posting(Account.CASH, -order["change_cents"], "Change"), *_sold(order, 1))
    return _of_order(payload, order, f"Sale {order['number']}", postings)


def _void(payload: Document) -> Entry:
    """The sale turned round. What was handed back are the negative tenders, change and all."""
    order = payload["order"]
    back = [_tendered(tender) for tender in order["tenders"] if tender["amount_cents"] < 0]
    memo = f"Void of {order['number']}: {payload['reason']}"
    return _of_order(payload, order, memo, (*back, *_sold(order, -1)))


def _sold(order: Document, sign: int) -> list[Posting]:
    """What was sold and owed: credits where `sign` is 1, and the same as debits where it is -1."""
    return [
        Posting(Account.SALES, -sign * order["subtotal_cents"]),
        Posting(Account.DISCOUNTS, sign * order["discount_cents"]),
        Posting(Account.SALES_TAX, -sign * order["tax_cents"]),
        Posting(Account.TIPS, -sign * order["tip_cents"]),
        Posting(Account.GIFT_CARDS, -sign * order["gift_cards_cents"], "Gift cards sold"),
        Posting(Account.ROUNDING, -sign * order["cash_rounding_cents"]),
    ]


def _of_order(
    payload: Document, order: Document, memo: str, postings: tuple[Posting, ...]
) -> Entry:
    return Entry(order["business_date"], payload["store"], order["number"], memo, postings)


def _return(payload: Document) -> Entry:
    given = payload["returned"]
    postings = (
        *_taken_back(given),
        Posting(Account.ROUNDING, given["cash_rounding_cents"]),
        *(_tendered(tender) for tender in given["tenders"]),
    )
    memo = f"Return of {given['number']}: {given['reason']}"
    return _of_order(payload, given, memo, postings)


def _blind_return(payload: Document) -> Entry:
    given = payload["returned"]
    credited = Posting(Account.STORE_CREDIT, -given["total_cents"])
    memo = f"Return without receipt: {given['reason']}"
    postings = (*_taken_back(given), credited)
    return Entry(given["business_date"], payload["store"], given["id"], memo, postings)


def _taken_back(given: Document) -> list[Posting]:
    return [
        Posting(Account.RETURNS, given["total_cents"] - given["tax_cents"]),
        Posting(Account.SALES_TAX, given["tax_cents"]),
    ]


def _shift(payload: Document) -> Entry:
    """What moved through a drawer beside sales, and what its count found."""
    z = payload["z"]
    moved = [
        posting
        for movement in z["cash_movements"]
        if movement["kind"] in _MOVEMENTS
        for posting in _moved(movement)
    ]
    reference = f"Z {z['number']} of till {z['terminal']['number']}"
    postings = (*moved, *_off(z["variance_cents"], "Counted"))
    return Entry(z["business_date"], payload["store"], reference, reference, postings)


def _moved(movement: Document) -> list[Posting]:
    account, sign = _MOVEMENTS[movement["kind"]]
    cents, memo = sign * movement["amount_cents"], movement["reason"]
    return [Posting(Account.CASH, cents, memo), Posting(account, -cents, memo)]


def _amendment(payload: Document) -> Entry:
    """The cash of a sale that arrived late explains so much of what its shift was over by."""
    amendment = payload["amendment"]
    number = amendment["order"]["number"]
    postings = tuple(_off(amendment["variance_cents"], "Sold before the count"))
    memo = f"{number} arrived when its shift was closed"
    return Entry(payload["business_date"], payload["store"], number, memo, postings)


def _off(variance_cents: int, memo: str) -> list[Posting]:
    return [
        Posting(Account.CASH, variance_cents, memo),
        Posting(Account.OVER_SHORT, -variance_cents, memo),
    ]


def _tendered(tender: Document) -> Posting:
    account = _TENDERS.get(tender["kind"], Account.SUSPENSE)
    return Posting(account, tender["amount_cents"])


_WRITERS: Mapping[str, Callable[[Document], Entry]] = {
    "order.completed": _sale,
    "order.voided": _void,
    "return.completed": _return,
    "return.without_receipt": _blind_return,
    "shift.closed": _shift,
    "shift.amended": _amendment,
}
