"""Cards in the demo's hour: taken, declined, lost from sight, held to a reader, given back."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from apps.core.money import format_cents
from scripts.demo import stripe
from scripts.demo.hour import ADULT

if TYPE_CHECKING:
    from collections.abc import Collection

    from scripts.demo.client import Answer
    from scripts.demo.hour import Counter

PATIENCE_SECONDS = 90.0
GOOD, WITHOUT_FUNDS = "pm_card_visa", "pm_card_visa_chargeDeclinedInsufficientFunds"
OPEN = frozenset({"unknown", "pending", "processing"})
HELD = frozenset({"authorized"})


@dataclass(frozen=True)
class CardTerminal:
    """What takes cards at a counter."""

    till: Counter
    stripe_url: str

    def sell(self, name: str, **how: str) -> Answer:
        """Ring up one of a product by card; the order."""
        order = self._order(name)
        payment = self.take(order, **how)
        answer = self.till.client.post(
            "orders",
            {
                "id": order["id"],
                "lines": order["lines"],
                "age_check": ADULT,
                "tip_cents": payment["tip_cents"],
                "tenders": [{"kind": "card", "payment_id": payment["id"]}],
            },
        )
        self.till.show(answer)
        return answer

    def take(self, order: dict[str, Any], **how: str) -> dict[str, Any]:
        """Ask for a card's money, for as long as it takes to know what became of it."""
        asked = {
            "id": str(uuid4()),
            "order_id": order["id"],
            "amount_cents": order["total_cents"],
            **(how or {"method": "card", "payment_method": GOOD}),
        }
        payment = self.till.client.post("payments", asked).body
        if payment["status"] == "unknown":
            self.till.say("[yellow]unknown[/yellow]: the till asks again until it is known")
        elif payment["status"] == "processing":
            self.till.say("the reader waits, and the customer holds the card to it")
            stripe.hold_card(self.stripe_url, how["reader_id"])
        payment = self._follow(payment, OPEN)
        self._say(payment)
        return payment

    def decline(self, name: str) -> None:
        """A card that its bank refuses: nothing is sold."""
        self.take(self._order(name), method="card", payment_method=WITHOUT_FUNDS)

    def see_money(self, order: Answer) -> None:
        """What became of the money of an order, a moment later."""
        for tender in order.body["tenders"]:
            payment = self.till.client.get(f"payments/{tender['payment_id']}").body
            self._say(self._follow(payment, HELD))

    def _order(self, name: str) -> dict[str, Any]:
        body = {"id": str(uuid4()), "lines": [self.till.line(name)]}
        return {
            **body,
            "total_cents": self.till.client.post("orders/quote", body).body["total_cents"],
        }

    def _follow(self, payment: dict[str, Any], states: Collection[str]) -> dict[str, Any]:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while payment["status"] in states and time.monotonic() < deadline:
            time.sleep(0.5)
            payment = self.till.client.get(f"payments/{payment['id']}").body
        return payment

    def _say(self, payment: dict[str, Any]) -> None:
        why = f", {payment['decline_code']}" if payment["decline_code"] else ""
        colour = "yellow" if why else "green"
        amount = format_cents(payment["amount_cents"] + payment["tip_cents"])
        self.till.say(f"card for {amount}: [{colour}]{payment['status']}{why}[/{colour}]")


def play(till: Counter, lead: Counter, stripe_url: str, name: str) -> None:
    """One of each at a counter."""
    cards = CardTerminal(till, stripe_url)
    till.say("a card: its money is set aside first, and taken once the sale is written down")
    cards.see_money(cards.sell(name))
    till.say("a card without funds")
    cards.decline(name)
    till.say("Stripe authorises, and its answer is lost on the way: its webhook tells")
    stripe.lose_next_answer(stripe_url)
    cards.see_money(cards.sell(name))
    reader = till.client.get("readers").body["results"][0]
    till.say(f"a card at the reader, {reader['label']}")
    at_reader = cards.sell(name, method="card_present", reader_id=reader["id"])
    lead.say("that one is voided: the card gets its money back")
    reason = {"reason": "wrong bottle"}
    lead.client.post(f"orders/{at_reader.body['id']}/void", reason)
    cards.see_money(at_reader)
