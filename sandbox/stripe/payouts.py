"""Payouts: available money on its way to the bank, by hand or each day on the clock."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from sandbox.stripe.errors import INVALID_REQUEST, StripeRefusal, invalid_parameter
from sandbox.stripe.fields import read_currency, write_metadata
from sandbox.stripe.ledger import DAY, total
from sandbox.stripe.listing import list_objects
from sandbox.stripe.routing import route

if TYPE_CHECKING:
    from sandbox.stripe.routing import Call
    from sandbox.stripe.storage import StripeObject
    from sandbox.stripe.world import World

ONE = "/v1/payouts/{payout}"
DAYS_UNTIL_ARRIVAL = 1
BANK = "ba_1TillhouseSandboxBank"
FAILURES = {
    "account_closed": "The bank account has been closed.",
    "no_account": "The bank account could not be located.",
    "could_not_process": "The bank could not process this payout.",
}


def begin_daily_payouts(world: World) -> None:
    """Pay out what is available at each midnight (UTC) of the clock from now on."""

    def at_midnight() -> None:
        pay_out_available(world)
        world.clock.call_at(next_midnight(world.now()), at_midnight)

    world.clock.call_at(next_midnight(world.now()), at_midnight)


def rearm(world: World) -> None:
    """Set the timers of every payout that a file remembers as under way."""
    for payout in world.storage.newest_first("payout"):
        if payout["status"] == "in_transit":
            world.clock.call_at(payout["arrival_date"], partial(arrive, world, payout["id"]))


def next_midnight(now: int) -> int:
    return now - now % DAY + DAY


def pay_out_available(world: World, currency: str = "usd") -> StripeObject | None:
    """Collect everything available into an automatic payout; None if that is nothing or less."""
    with world.turn():
        world.ledger.mature()
        ready = [
            entry
            for entry in world.ledger.entries()
            if entry["status"] == "available"
            and entry["currency"] == currency
            and entry["_payout"] is None
        ]
        if total(ready) <= 0:
            return None
        payout = make_payout(world, total(ready), currency, is_automatic=True)
        for entry in ready:
            entry["_payout"] = payout["id"]
        return payout


def make_payout(world: World, amount: int, currency: str, *, is_automatic: bool) -> StripeObject:
    """A payout in transit, booked; it arrives by the clock."""
    arrival = next_midnight(world.now()) + (DAYS_UNTIL_ARRIVAL - 1) * DAY
    payout = world.storage.add(
        {
            "id": world.new_id("po"),
            "object": "payout",
            "amount": amount,
            "application_fee": None,
            "application_fee_amount": None,
            "arrival_date": arrival,
            "automatic": is_automatic,
            "balance_transaction": None,
            "created": world.now(),
            "currency": currency,
            "description": "STRIPE PAYOUT" if is_automatic else None,
            "destination": BANK,
            "failure_balance_transaction": None,
            "failure_code": None,
            "failure_message": None,
            "livemode": False,
            "metadata": {},
            "method": "standard",
            "original_payout": None,
            "reconciliation_status": "in_progress" if is_automatic else "not_applicable",
            "reversed_by": None,
            "source_type": "card",
            "statement_descriptor": None,
            "status": "in_transit",
            "trace_id": {"status": "pending", "value": None},
            "type": "bank_account",
        }
    )
    entry = world.ledger.book_payout(payout)
    if is_automatic:
        entry["_payout"] = payout["id"]
    world.webhooks.emit("payout.created", payout)
    world.clock.call_at(arrival, partial(arrive, world, payout["id"]))
    return payout


def arrive(world: World, payout_id: str) -> None:
    """The bank has the money; an automatic payout can be reconciled now."""
    with world.turn():
        payout = world.storage.find(payout_id, "payout")
        if payout is None or payout["status"] != "in_transit":
            return
        payout |= {"status": "paid", "trace_id": {"status": "supported", "value": payout_id[-12:]}}
        world.webhooks.emit("payout.paid", payout, {"status": "in_transit"})
        if payout["automatic"]:
            payout["reconciliation_status"] = "completed"
            world.webhooks.emit("payout.reconciliation_completed", payout)


def fail_payout(world: World, payout_id: str, code: str = "account_closed") -> StripeObject:
    """The bank sends a payout back, even one that was reported as paid; the money is booked in.

    Raises:
        LookupError: if there is no such payout, or it cannot fail any more.
    """
    with world.turn():
        payout = world.storage.find(payout_id, "payout")
        if payout is None or payout["status"] not in {"in_transit", "paid"}:
            raise LookupError(f"No payout {payout_id} that could fail.")
        before = payout["status"]
        payout |= {"status": "failed", "failure_code": code, "failure_message": FAILURES[code]}
        world.ledger.book_payout_return(payout, "payout_failure")
        world.webhooks.emit("payout.failed", payout, {"status": before})
        return payout


@route("POST", "/v1/payouts")
def create_payout(call: Call) -> dict[str, Any]:
    """A payout by hand, up to what is available."""
    world = call.world
    currency, amount = read_currency(call), call.integer("amount") or 0
    if amount < 1:
        message = "This value must be greater than or equal to 1."
        raise invalid_parameter("parameter_invalid_integer", message, "amount")
    world.ledger.mature()
    available = total(
        entry
        for entry in world.ledger.entries()
        if entry["status"] == "available" and entry["currency"] == currency
    )
    if amount > available:
        message = "You have insufficient funds in your Stripe account for this payout."
        raise StripeRefusal(400, INVALID_REQUEST, "balance_insufficient", message, "amount")
    payout = make_payout(world, amount, currency, is_automatic=False)
    payout["description"] = call.text("description")
    payout["statement_descriptor"] = call.text("statement_descriptor")
    write_metadata(call, payout)
    return payout


@route("GET", "/v1/payouts")
def list_payouts(call: Call) -> dict[str, Any]:
    return list_objects(call, "payout", same=("status", "destination"))


@route("GET", ONE)
def retrieve_payout(call: Call) -> dict[str, Any]:
    return call.find("payout", "payout")


@route("POST", ONE)
def update_payout(call: Call) -> dict[str, Any]:
    payout = call.find("payout", "payout")
    write_metadata(call, payout)
    call.world.webhooks.emit("payout.updated", payout)
    return payout


@route("POST", ONE + "/cancel")
def cancel_payout(call: Call) -> dict[str, Any]:
    """Only a payout by hand that is still under way can be called back."""
    payout = call.find("payout", "payout")
    if payout["automatic"] or payout["status"] != "in_transit":
        message = "Payouts can only be canceled while they are pending."
        raise StripeRefusal(400, INVALID_REQUEST, None, message, "payout")
    payout["status"] = "canceled"
    call.world.ledger.book_payout_return(payout, "payout_cancel")
    call.world.webhooks.emit("payout.canceled", payout, {"status": "in_transit"})
    return payout
