"""Random days at several tills, and beside them the drawers as a person would keep account of them.

What a drawer holds is added up here from what went over the counter, never from our books: coins
do not know what was written down. A sale made offline puts its cash in at once and arrives later.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from apps.core.money import round_to_nickel
from apps.payments.models import Payment, StoredValueAccount
from apps.payments.stored_value_codes import hash_code
from tests.goods import basket, line_of
from tests.payments.drawers import closed, moved, opened
from tests.payments.rows import make_payment

from .blind import is_gift_card, new_code, return_blind
from .returns import cash, some_of, swap, take_back, worth
from .sales import read, send, voided

if TYPE_CHECKING:
    import random
    from collections.abc import Callable
    from datetime import datetime

    from apps.catalog.models import Product
    from apps.stores.types import Till

type Document = dict[str, Any]
CHIPS_CENTS = 199
BRANDS = ("visa", "mastercard", "amex")


@dataclass
class Desk:
    """A till, the cash in its drawer while a shift is open, and what its Zs have said."""

    till: Till
    held_cents: int | None = None
    zs: list[Document] = field(default_factory=list)
    offs: list[int] = field(default_factory=list)  # by how much each count was wrong on purpose
    waiting_cents: int = 0  # of sales of this shift that have not arrived


@dataclass
class Register:
    """A shop on random days, driven by one seed."""

    desks: list[Desk]
    products: list[Product]
    now: datetime
    dice: random.Random
    sales: list[Document] = field(default_factory=list)
    late: list[tuple[Desk, Document, int]] = field(default_factory=list)
    has_no_pennies: bool = False
    tax_cents: int = 0  # on receipts, less what voids and returns took back
    wallet: dict[str, int] = field(default_factory=dict)  # what customers hold, by code

    def act(self) -> None:
        """One thing that somebody does, some minutes after the one before."""
        self.now += timedelta(minutes=self.dice.randint(0, 25), seconds=self.dice.randint(0, 59))
        desk = self.dice.choice(self.desks)
        if desk.held_cents is None:
            self.open(desk)
            return
        deeds: list[Callable[[Desk], None]] = [
            self.sell,
            self.sell,
            self.sell,
            self.sell_by_card,
            self.void,
            self.take_back,
        ]
        deeds += [self.move, self.sell_offline, self.arrive]
        deeds += [self.sell_gift_card, self.sell_by_gift_card, self.take_back_blind, self.swap]
        deed = self.close if self.dice.random() < 0.06 else self.dice.choice(deeds)
        deed(desk)

    def finish(self) -> None:
        """Close what is open, and let everything arrive."""
        for desk in self.desks:
            if desk.held_cents is not None:
                self.close(desk)
        while self.late:
            self.arrive(self.desks[0])

    # --- Shifts -----------------------------------------------------------------------------------

    def open(self, desk: Desk) -> None:
        desk.held_cents = self.dice.choice([0, 10_000, 20_000])
        opened(desk.till, desk.held_cents, now=self.now)

    def close(self, desk: Desk) -> None:
        """Count what lies there, at times wrongly."""
        assert desk.held_cents is not None
        off = self.dice.choice([0, 0, 0, -1, 5, -500, 2000])
        counted = max(desk.held_cents + off, 0)
        z = closed(desk.till, counted, now=self.now)
        assert z["counted_cents"] == counted
        assert z["expected_cents"] == desk.held_cents - desk.waiting_cents
        desk.zs.append(z)
        desk.offs.append(counted - desk.held_cents)
        desk.held_cents, desk.waiting_cents = None, 0

    def move(self, desk: Desk) -> None:
        kind, sign = self.dice.choice([("PAY_IN", 1), ("PAY_OUT", -1), ("DROP", -1)])
        cents = self.dice.randint(1, 3_000)
        moved(desk.till, kind, cents, now=self.now)
        self._hold(desk, sign * cents)
        moved(desk.till, "NO_SALE", 0, now=self.now)

    # --- Selling ----------------------------------------------------------------------------------

    def sell(self, desk: Desk) -> None:
        tip = self.dice.choice([0, 0, 0, 100, 333])
        self._sold(desk, basket(*self._lines(), tip_cents=tip, cash=200_000))

    def sell_by_card(self, desk: Desk) -> None:
        """A bottle by card, at times with a tip, at times with some of it in cash."""
        (bottle, *_), order_id = self.products, uuid4()
        tip, by_cash = self.dice.choice([0, 250]), self.dice.choice([0, 0, 1_000])
        cents = 2139 + tip - by_cash
        card = make_payment(
            order_id=order_id,
            amount_cents=cents,
            authorized_cents=cents,
            card_brand=self.dice.choice(BRANDS),
        )
        tenders = [{"kind": "card", "payment_id": str(card.pk)}]
        tenders += [cash(by_cash)] if by_cash else []
        self._sold(desk, basket(bottle, id=str(order_id), tip_cents=tip, tenders=tenders))
        Payment.objects.filter(pk=card.pk).update(status="CAPTURED", captured_cents=cents)

    def sell_offline(self, desk: Desk) -> None:
        """Sold while the line was down: the cash is in the drawer, and nobody knows of it here."""
        chips, quantity = self.products[1], self.dice.randint(1, 4)
        body = basket(line_of(chips, quantity), taken_at=self.now.isoformat())
        cents = quantity * CHIPS_CENTS
        cents = round_to_nickel(cents) if self.has_no_pennies else cents
        self._hold(desk, cents)
        desk.waiting_cents += cents
        self.late.append((desk, body, len(desk.zs)))

    def arrive(self, _desk: Desk) -> None:
        """One of the offline sales arrives, at times long after its shift was closed."""
        if not self.late:
            return
        desk, body, shift = self.late.pop(self.dice.randrange(len(self.late)))
        order = read(send(desk.till, body, now=self.now))
        if shift == len(desk.zs):
            desk.waiting_cents -= _cash_of(order)
        self._note(order)

    def sell_gift_card(self, desk: Desk) -> None:
        """A gift card for cash, new or topped up, at times with goods."""
        known = [code for code in self.wallet if is_gift_card(code)]
        code = self.dice.choice([*known, new_code("1", len(self.wallet))])
        goods = self._lines() if self.dice.random() < 0.5 else []
        cents = self.dice.randint(1, 10_000)
        body = basket(*goods, gift_cards=[{"code": code, "amount_cents": cents}], cash=200_000)
        self._sold(desk, body)
        self.wallet[code] = self.wallet.get(code, 0) + cents

    def sell_by_gift_card(self, desk: Desk) -> None:
        """Goods for what is on a card or store credit, and the rest in cash."""
        full = [code for code, cents in self.wallet.items() if cents]
        if not full:
            return
        code = self.dice.choice(full)
        spent = min(self.wallet[code], self.dice.randint(1, CHIPS_CENTS))
        kind = "gift_card" if is_gift_card(code) else "store_credit"
        tenders = [{"kind": kind, "code": code, "amount_cents": spent}, cash(200_000)]
        self._sold(desk, basket(*self._lines(), tenders=tenders))
        self.wallet[code] -= spent

    # --- Taking back ------------------------------------------------------------------------------

    def take_back_blind(self, desk: Desk) -> None:
        """A bag of chips without a receipt, to store credit; chips bear no tax."""
        known = [code for code in self.wallet if not is_gift_card(code)]
        code = self.dice.choice([*known, new_code("2", len(self.wallet))])
        bag = {
            "product_id": self.products[1].pk,
            "quantity": 1,
            "restock": self.dice.random() < 0.5,
        }
        return_blind(desk.till, bag, code, now=self.now)
        self.wallet[code] = self.wallet.get(code, 0) + CHIPS_CENTS

    def void(self, desk: Desk) -> None:
        today = desk.till.store.business_date(self.now).isoformat()
        of_today = [sale for sale in self.sales if sale["business_date"] == today]
        whole = [sale for sale in of_today if not sale.get("came_back")]
        if not whole:
            return
        sale = self.dice.choice(whole)
        if not self._can_unload(sale):
            return
        self.sales.remove(sale)
        voided(desk.till, sale["id"], now=self.now)
        for load in sale["gift_cards"]:
            self.wallet[self._code_of(load)] -= load["amount_cents"]
        for tender in sale["tenders"]:
            if "account_id" in tender:
                self.wallet[self._code_of(tender)] += tender["amount_cents"]
        self._hold(desk, -_cash_of(sale))
        self.tax_cents -= sale["tax_cents"]

    def take_back(self, desk: Desk) -> None:
        """Some of a line of any sale, of whatever day, if it was paid one way."""
        plain = [sale for sale in self.sales if len(sale["tenders"]) == 1 and sale["lines"]]
        if not plain:
            return
        sale = self.dice.choice(plain)
        part = some_of(sale, 1, line=self.dice.randrange(len(sale["lines"])))
        left = _left_of(sale, part["line_id"])
        if left:
            part["quantity"] = self.dice.randint(1, left)
            self._took_back(desk, sale, part)

    def swap(self, desk: Desk) -> None:
        """One of a line that was paid in cash alone, for whatever else is on the shelf."""
        paid = [
            sale
            for sale in self.sales
            if [tender["kind"] for tender in sale["tenders"]] == ["cash"] and sale["lines"]
        ]
        if not paid:
            return
        sale = self.dice.choice(paid)
        part = some_of(sale, 1, line=self.dice.randrange(len(sale["lines"])))
        if _left_of(sale, part["line_id"]):
            swapped = swap(desk.till, sale, part, basket(*self._lines()), now=self.now)
            self._came_back(sale, part, swapped["returned"])
            self._note(swapped["order"])
            self._hold(desk, swapped["difference_cents"])

    def _took_back(self, desk: Desk, sale: Document, part: Document) -> None:
        (tender,) = sale["tenders"]
        payment = {"payment_id": tender["payment_id"]} if tender["payment_id"] else {}
        refund = {"kind": tender["kind"], "amount_cents": worth(part), **payment}
        given = take_back(desk.till, sale, part, now=self.now, refund_to=[refund])
        self._came_back(sale, part, given)
        if not payment:
            self._hold(desk, sum(tender["amount_cents"] for tender in given["tenders"]))

    def _came_back(self, sale: Document, part: Document, given: Document) -> None:
        back = sale.setdefault("came_back", {})
        back[part["line_id"]] = back.get(part["line_id"], 0) + part["quantity"]
        self.tax_cents -= given["tax_cents"]

    # --- Books by hand ----------------------------------------------------------------------------

    def _lines(self) -> list[Document]:
        chosen = self.dice.sample(self.products, self.dice.randint(1, len(self.products)))
        return [line_of(product, self.dice.randint(1, 4)) for product in chosen]

    def _sold(self, desk: Desk, body: Document) -> None:
        order = read(send(desk.till, body, now=self.now))
        self._hold(desk, _cash_of(order))
        self._note(order)

    def _note(self, order: Document) -> None:
        self.sales.append(order)
        self.tax_cents += order["tax_cents"]

    def _can_unload(self, sale: Document) -> bool:
        """Whether what a sale put on gift cards is still there, so that it may be voided."""
        loads = sale["gift_cards"]
        return all(self.wallet[self._code_of(load)] >= load["amount_cents"] for load in loads)

    def _code_of(self, moved: Document) -> str:
        """The code of a card by its account: no answer tells a code."""
        hashed = StoredValueAccount.objects.get(pk=moved["account_id"]).code_hash
        return next(code for code in self.wallet if hash_code(code) == hashed)

    def _hold(self, desk: Desk, cents: int) -> None:
        assert desk.held_cents is not None
        desk.held_cents += cents


def _cash_of(order: Document) -> int:
    taken = [tender for tender in order["tenders"] if tender["kind"] == "cash"]
    return sum(int(tender["amount_cents"]) for tender in taken) - int(order["change_cents"])


def _left_of(sale: Document, line_id: str) -> int:
    (sold,) = (int(line["quantity"]) for line in sale["lines"] if line["id"] == line_id)
    return sold - int(sale.get("came_back", {}).get(line_id, 0))
