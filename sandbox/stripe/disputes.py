"""Disputes: a customer's bank takes money back, and perhaps gives it back again."""

from __future__ import annotations

import contextlib
from functools import partial
from typing import TYPE_CHECKING, Any

from sandbox.stripe.charges import change
from sandbox.stripe.errors import INVALID_REQUEST, StripeRefusal
from sandbox.stripe.expanding import public
from sandbox.stripe.fields import differences, write_metadata
from sandbox.stripe.listing import list_objects
from sandbox.stripe.routing import route

if TYPE_CHECKING:
    from sandbox.stripe.routing import Call
    from sandbox.stripe.storage import StripeObject
    from sandbox.stripe.world import World

DAY = 24 * 60 * 60
ONE = "/v1/disputes/{dispute}"
FOLLOWS_AFTER_SECONDS = 60
DAYS_TO_RESPOND = 9
DECIDED_AFTER_SECONDS = 60
OPEN = frozenset({"needs_response", "under_review", "warning_needs_response"})
# What Stripe's test mode understands as evidence; see docs.stripe.com/testing#disputes.
VERDICTS = {"winning_evidence": True, "losing_evidence": False}
NETWORK_CODES = {"fraudulent": "10.4", "product_not_received": "13.1"}
EVIDENCE = (
    "access_activity_log", "billing_address", "cancellation_policy",
    "cancellation_policy_disclosure", "cancellation_rebuttal", "customer_communication",
    "customer_email_address", "customer_name", "customer_purchase_ip", "customer_signature",
    "duplicate_charge_documentation", "duplicate_charge_explanation", "duplicate_charge_id",
    "product_description", "receipt", "refund_policy", "refund_policy_disclosure",
    "refund_refusal_explanation", "service_date", "service_documentation", "shipping_address",
    "shipping_carrier", "shipping_date", "shipping_documentation", "shipping_tracking_number",
    "uncategorized_file", "uncategorized_text",
)  # fmt: skip


def dispute_later(world: World, charge_id: str, reason: str) -> None:
    """Let a charge be disputed a minute from now, as the test cards for disputes are.

    Nothing comes of it where somebody was faster: all of it went back, or is in dispute already.
    """

    def follow() -> None:
        with contextlib.suppress(LookupError, StripeRefusal):
            open_dispute(world, charge_id, reason=reason)

    world.clock.call_in(FOLLOWS_AFTER_SECONDS, follow)


def open_dispute(
    world: World, charge_id: str, *, reason: str = "fraudulent", is_inquiry: bool = False
) -> StripeObject:
    """Dispute what is left of a captured charge: the money goes at once, unless it is an inquiry.

    Raises:
        LookupError: if there is no such captured charge, or nothing of it is left.
        StripeRefusal: `charge_disputed`, if the bank disputes it already, or has its money.
    """
    with world.turn():
        charge = world.storage.find(charge_id, "charge")
        if charge is None or left_of(charge) <= 0:
            raise LookupError(f"No captured charge {charge_id} with anything left to dispute.")
        if any(_takes(each, charge_id) for each in world.storage.newest_first("dispute")):
            message = f"Charge {charge_id} has been charged back."
            raise StripeRefusal(400, INVALID_REQUEST, "charge_disputed", message, "charge")
        dispute = world.storage.add(bare_dispute(world, charge, reason, is_inquiry=is_inquiry))
        change(world, charge, "charge.updated", disputed=True)
        if not is_inquiry:
            entry = world.ledger.book_dispute_withdrawal(dispute)
            dispute["balance_transactions"] = [public(entry)]
        world.webhooks.emit("charge.dispute.created", dispute)
        if not is_inquiry:
            world.webhooks.emit("charge.dispute.funds_withdrawn", dispute)
        return dispute


def close_dispute(world: World, dispute_id: str, *, is_won: bool) -> StripeObject:
    """The bank decides: won gives the money back, and the charge can be refunded again.

    Raises:
        LookupError: if there is no such open dispute.
    """
    with world.turn():
        dispute = world.storage.find(dispute_id, "dispute")
        if dispute is None or dispute["status"] not in OPEN:
            raise LookupError(f"No open dispute is called {dispute_id}.")
        before = public(dispute)
        is_inquiry = dispute["status"] == "warning_needs_response"
        verdict = "won" if is_won else "lost"
        dispute["status"] = "warning_closed" if is_inquiry else verdict
        dispute["is_charge_refundable"] = is_inquiry or is_won
        world.webhooks.emit("charge.dispute.closed", dispute, differences(before, public(dispute)))
        if is_won and not is_inquiry:
            reinstate(world, dispute)
        return dispute


def _takes(dispute: StripeObject, charge_id: str) -> bool:
    return dispute["charge"] == charge_id and dispute["status"] in {*OPEN, "lost"}


def reinstate(world: World, dispute: StripeObject) -> None:
    entry = world.ledger.book_dispute_reinstatement(dispute)
    dispute["balance_transactions"] = [*dispute["balance_transactions"], public(entry)]
    world.webhooks.emit("charge.dispute.funds_reinstated", dispute)


def left_of(charge: StripeObject) -> int:
    """What of a charge the customer has paid and not got back, in cents."""
    released = charge["amount"] - charge["amount_captured"] if charge.get("_released") else 0
    return int(charge["amount_captured"] - (charge["amount_refunded"] - released))


def bare_dispute(
    world: World, charge: StripeObject, reason: str, *, is_inquiry: bool
) -> StripeObject:
    details = charge["payment_method_details"]
    brand = details[details["type"]]["brand"]
    code = NETWORK_CODES.get(reason)
    return {
        "id": world.new_id("du"),
        "object": "dispute",
        "amount": left_of(charge),
        "balance_transactions": [],
        "charge": charge["id"],
        "created": world.now(),
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": dict.fromkeys(EVIDENCE) | {"enhanced_evidence": {}},
        "evidence_details": {
            "due_by": world.now() + DAYS_TO_RESPOND * DAY,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
            "submission_method": "not_submitted",
        },
        "is_charge_refundable": is_inquiry,
        "livemode": False,
        "metadata": {},
        "network_reason_code": code,
        "payment_intent": charge["payment_intent"],
        "payment_method_details": {
            "type": "card",
            "card": {
                "brand": brand,
                "case_type": "inquiry" if is_inquiry else "chargeback",
                "network": brand,
                "network_reason_code": code,
            },
        },
        "reason": reason,
        "status": "warning_needs_response" if is_inquiry else "needs_response",
    }


@route("GET", "/v1/disputes")
def list_disputes(call: Call) -> dict[str, Any]:
    return list_objects(call, "dispute", same=("charge", "payment_intent"))


@route("GET", ONE)
def retrieve_dispute(call: Call) -> dict[str, Any]:
    return call.find("dispute", "dispute")


@route("POST", ONE)
def update_dispute(call: Call) -> dict[str, Any]:
    """Keep evidence; submitted, it is decided a minute later if it is one of the test words."""
    dispute = call.find("dispute", "dispute")
    demand_open(dispute)
    before = public(dispute)
    write_metadata(call, dispute)
    sent = call.mapping("evidence")
    dispute["evidence"] |= {name: value or None for name, value in sent.items()}
    details = dispute["evidence_details"]
    details["has_evidence"] = any(dispute["evidence"][name] for name in EVIDENCE)
    if call.boolean("submit") or (sent and not call.has("submit")):
        submit(call.world, dispute)
    changed = differences(before, public(dispute))
    call.world.webhooks.emit("charge.dispute.updated", dispute, changed)
    return dispute


def submit(world: World, dispute: StripeObject) -> None:
    details = dispute["evidence_details"]
    details |= {"submission_count": details["submission_count"] + 1, "submission_method": "manual"}
    if dispute["status"] == "needs_response":
        dispute["status"] = "under_review"
    verdict = VERDICTS.get(dispute["evidence"]["uncategorized_text"] or "")
    if verdict is not None:
        decide = partial(close_dispute, world, dispute["id"], is_won=verdict)
        world.clock.call_in(DECIDED_AFTER_SECONDS, decide)


@route("POST", ONE + "/close")
def accept_dispute(call: Call) -> dict[str, Any]:
    """Closing a dispute is losing it."""
    dispute = call.find("dispute", "dispute")
    demand_open(dispute)
    return close_dispute(call.world, dispute["id"], is_won=False)


def demand_open(dispute: StripeObject) -> None:
    if dispute["status"] not in OPEN:
        message = "This dispute is already closed."
        raise StripeRefusal(400, INVALID_REQUEST, None, message, "dispute")
