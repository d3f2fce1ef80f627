"""The books: a balance transaction for each movement of money, and the balance they sum to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.stripe.disputes import dispute_later
from sandbox.stripe.listing import list_objects
from sandbox.stripe.payment_methods import card_of
from sandbox.stripe.routing import route

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sandbox.stripe.routing import Call
    from sandbox.stripe.storage import StripeObject
    from sandbox.stripe.world import World

KIND = "balance_transaction"
DAY = 24 * 60 * 60
DAYS_UNTIL_AVAILABLE = 2
DISPUTE_FEE_CENTS = 1500
BASIS_POINTS = 10_000
# A payout of these no longer counts: the money came back.
RETURNED = frozenset({"failed", "canceled"})
PAYOUT_TYPES = frozenset({"payout", "payout_failure", "payout_cancel"})


class LedgerBroken(AssertionError):
    """The books do not balance: a fault of the simulator."""


class Ledger:
    """One account's balance transactions."""

    def __init__(self, world: World) -> None:
        self.world = world

    def book_charge(self, charge: StripeObject) -> StripeObject:
        """Book what was captured, less Stripe's fee; a card that disputes does so soon after."""
        amount = charge["amount_captured"]
        entry = self._book(
            charge, "charge", amount, fee=fee_of(self.world, amount),
            available_on=available_on(self.world.now()),
        )  # fmt: skip
        charge["balance_transaction"] = entry["id"]
        reason = card_of(charge).dispute
        if reason:
            dispute_later(self.world, charge["id"], reason)
        return entry

    def book_refund(self, refund: StripeObject) -> StripeObject:
        """Book money on its way back; the fee of the charge stays with Stripe.

        It is taken from the charge's own money: nothing is available before that is.
        """
        entry = self._book(
            refund, "refund", -refund["amount"], available_on=self._charge_is_available_on(refund)
        )
        refund["balance_transaction"] = entry["id"]
        return entry

    def book_refund_failure(self, refund: StripeObject) -> StripeObject:
        """Book the money of a failed refund back in."""
        entry = self._book(
            refund, "refund_failure", refund["amount"],
            available_on=self._charge_is_available_on(refund),
        )  # fmt: skip
        refund["failure_balance_transaction"] = entry["id"]
        return entry

    def book_dispute_withdrawal(self, dispute: StripeObject) -> StripeObject:
        """Book a disputed amount out, with the fee for the dispute."""
        return self._book(
            dispute, "adjustment", -dispute["amount"], fee=DISPUTE_FEE_CENTS, category="dispute"
        )

    def book_dispute_reinstatement(self, dispute: StripeObject) -> StripeObject:
        """Book a disputed amount back in; the fee for the dispute stays with Stripe."""
        return self._book(dispute, "adjustment", dispute["amount"], category="dispute_reversal")

    def book_payout(self, payout: StripeObject) -> StripeObject:
        entry = self._book(payout, "payout", -payout["amount"])
        payout["balance_transaction"] = entry["id"]
        return entry

    def book_payout_return(self, payout: StripeObject, kind: str) -> StripeObject:
        """Book the money of a payout back in: `kind` is payout_failure or payout_cancel."""
        entry = self._book(payout, kind, payout["amount"])
        payout["failure_balance_transaction"] = entry["id"]
        return entry

    def mature(self) -> None:
        """Make available what is due by now."""
        with self.world.turn():
            for entry in self.entries():
                if entry["available_on"] <= self.world.now():
                    entry["status"] = "available"

    def entries(self) -> list[StripeObject]:
        """All balance transactions, oldest first."""
        return list(self.world.storage.newest_first(KIND))[::-1]

    def balance(self, currency: str = "usd") -> int:
        """Pending and available money together, in cents."""
        return total(entry for entry in self.entries() if entry["currency"] == currency)

    def check(self) -> None:
        """Prove that the books balance.

        Raises:
            LedgerBroken: if an entry's net is not its amount less its fees, if money is missing
                or made up, or if a payout is not what it collected.
        """
        with self.world.turn():
            for entry in self.entries():
                fees = sum(detail["amount"] for detail in entry["fee_details"])
                expect(entry["fee"], fees, f"the fee of {entry['id']}")
                expect(entry["net"], entry["amount"] - fees, f"the net of {entry['id']}")
            for currency in {entry["currency"] for entry in self.entries()}:
                self._check_currency(currency)
            self._check_payouts()

    def _check_currency(self, currency: str) -> None:
        """The sum of all nets but the payouts' own is the balance and what was paid out."""
        earned = total(
            entry
            for entry in self.entries()
            if entry["currency"] == currency and entry["type"] not in PAYOUT_TYPES
        )
        paid = sum(
            payout["amount"]
            for payout in self.world.storage.newest_first("payout")
            if payout["currency"] == currency and payout["status"] not in RETURNED
        )
        expect(earned, self.balance(currency) + paid, f"balance and payouts in {currency}")

    def _check_payouts(self) -> None:
        """An automatic payout is the sum of what it collected; a charge was booked as captured."""
        for payout in self.world.storage.newest_first("payout"):
            if payout["automatic"]:
                own = payout["balance_transaction"]
                collected = [e for e in self.entries() if e["_payout"] == payout["id"]]
                nets = total(entry for entry in collected if entry["id"] != own)
                expect(payout["amount"], nets, f"what {payout['id']} collected")
        for charge in self.world.storage.newest_first("charge"):
            entry = self.world.storage.find(charge["balance_transaction"] or "", KIND)
            booked = entry["amount"] if entry else 0
            expect(booked, charge["amount_captured"], f"what {charge['id']} captured")

    def _book(
        self,
        source: StripeObject,
        kind: str,
        amount: int,
        *,
        fee: int = 0,
        available_on: int | None = None,
        category: str | None = None,
    ) -> StripeObject:
        now, currency = self.world.now(), source["currency"]
        due = max(now, available_on or now)
        entry: StripeObject = {
            "id": self.world.new_id("txn"),
            "object": KIND,
            "amount": amount,
            "available_on": due,
            "balance_type": "payments",
            "created": now,
            "currency": currency,
            "description": source.get("description"),
            "exchange_rate": None,
            "fee": fee,
            "fee_details": fee_details(fee, currency),
            "net": amount - fee,
            "reporting_category": category or kind,
            "source": source["id"],
            "status": "available" if due <= now else "pending",
            "type": kind,
            "_payout": None,
        }
        self.world.clock.call_at(due, self.mature)
        return self.world.storage.add(entry)

    def _charge_is_available_on(self, refund: StripeObject) -> int | None:
        charge = self.world.storage.find(refund["charge"] or "", "charge")
        entry = charge and self.world.storage.find(charge["balance_transaction"] or "", KIND)
        return entry["available_on"] if entry else None


def fee_of(world: World, amount: int) -> int:
    """Stripe's fee for a charge in cents, halves rounded up: 2.9 % and 30 cents as a rule."""
    share = (amount * world.settings.fee_basis_points + BASIS_POINTS // 2) // BASIS_POINTS
    return share + world.settings.fee_fixed_cents


def available_on(now: int) -> int:
    """When money taken now can be paid out: the beginning of the day after next, in UTC."""
    return now - now % DAY + DAYS_UNTIL_AVAILABLE * DAY


def fee_details(fee: int, currency: str) -> list[dict[str, Any]]:
    if not fee:
        return []
    return [
        {
            "amount": fee,
            "application": None,
            "currency": currency,
            "description": "Stripe processing fees",
            "type": "stripe_fee",
        }
    ]


def total(entries: Iterable[StripeObject]) -> int:
    return sum(entry["net"] for entry in entries)


def expect(found: int, wanted: int, what: str) -> None:
    if found != wanted:
        raise LedgerBroken(f"{what}: {found} is not {wanted}.")


@route("GET", "/v1/balance")
def retrieve_balance(call: Call) -> dict[str, Any]:
    entries = call.world.ledger.entries()
    currencies = sorted({entry["currency"] for entry in entries}) or ["usd"]

    def sums_of(status: str) -> list[dict[str, Any]]:
        sums = []
        for currency in currencies:
            wanted = (status, currency)
            amount = total(e for e in entries if (e["status"], e["currency"]) == wanted)
            types = {"card": amount}
            sums.append({"amount": amount, "currency": currency, "source_types": types})
        return sums

    call.world.ledger.mature()
    return {
        "object": "balance",
        "available": sums_of("available"),
        "livemode": False,
        "pending": sums_of("pending"),
        "refund_and_dispute_prefunding": {"available": [], "pending": []},
    }


@route("GET", "/v1/balance_transactions")
def list_balance_transactions(call: Call) -> dict[str, Any]:
    """Filtered by payout, the page holds what it collected and the payout's own entry."""
    call.world.ledger.mature()
    payout = call.text("payout")
    if payout:
        call.get("payout", payout, "payout")
    return list_objects(
        call,
        KIND,
        same=("source", "type", "currency"),
        keep=lambda entry: payout is None or entry["_payout"] == payout,
    )


@route("GET", "/v1/balance_transactions/{id}")
def retrieve_balance_transaction(call: Call) -> dict[str, Any]:
    call.world.ledger.mature()
    return call.find(KIND)
