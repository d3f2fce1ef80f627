"""Charges: what an intent's confirmation leaves behind, captured or not, refunded or not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.stripe.expanding import only_on_request, public
from sandbox.stripe.fields import differences, write_metadata
from sandbox.stripe.listing import list_objects
from sandbox.stripe.payment_methods import billing_details, card_of
from sandbox.stripe.routing import route

if TYPE_CHECKING:
    from sandbox.stripe.payment_methods import Decline
    from sandbox.stripe.routing import Call
    from sandbox.stripe.storage import StripeObject
    from sandbox.stripe.world import World


def make_charge(
    world: World, intent: StripeObject, method: StripeObject, decline: Decline | None = None
) -> StripeObject:
    """The charge of an attempt to pay an intent: authorised in full, or declined."""
    charge = _bare_charge(world, intent, method)
    charge["payment_method_details"] = _details(world, intent, method)
    if decline:
        charge |= {
            "status": "failed",
            "paid": False,
            "failure_code": decline.code,
            "failure_message": decline.message,
            "outcome": _outcome_of(decline),
        }
    return world.storage.add(charge)


def _bare_charge(world: World, intent: StripeObject, method: StripeObject) -> StripeObject:
    charge_id = world.new_id("ch")
    return {
        "id": charge_id,
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": 0,
        "amount_refunded": 0,
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "balance_transaction": None,
        "billing_details": billing_details(),
        "calculated_statement_descriptor": intent["statement_descriptor"] or "TILLHOUSE",
        "captured": False,
        "created": world.now(),
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "fraud_details": {},
        "livemode": False,
        "metadata": dict(intent["metadata"]),
        "on_behalf_of": None,
        "outcome": _approval(),
        "paid": True,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "receipt_email": intent["receipt_email"],
        "receipt_number": None,
        "receipt_url": f"https://pay.stripe.com/receipts/payment/{charge_id}",
        "refunded": False,
        "review": None,
        "shipping": intent["shipping"],
        "source_transfer": None,
        "statement_descriptor": intent["statement_descriptor"],
        "statement_descriptor_suffix": intent["statement_descriptor_suffix"],
        "status": "succeeded",
        "transfer_data": None,
        "transfer_group": intent["transfer_group"],
        "_token": method["_token"],
    }


def hold_ends_at(charge: StripeObject) -> int | None:
    """When an authorisation lapses, in Unix seconds; None for a charge that was never held."""
    details = charge["payment_method_details"]
    before: int | None = details[details["type"]]["capture_before"]
    return before


def settle(world: World, charge: StripeObject, amount: int) -> None:
    """Take the money of an authorised charge: all of it, or the part that is captured."""
    charge["captured"] = True
    charge["amount_captured"] = amount
    world.ledger.book_charge(charge)


def change(world: World, charge: StripeObject, event: str, **changes: Any) -> None:
    """Change a charge and tell it, with the old values of what changed."""
    before = public(charge)
    charge |= changes
    world.webhooks.emit(event, charge, differences(before, public(charge)))


@route("GET", "/v1/charges/{charge}")
def retrieve_charge(call: Call) -> dict[str, Any]:
    return call.find("charge", "charge")


@route("GET", "/v1/charges")
def list_charges(call: Call) -> dict[str, Any]:
    return list_objects(call, "charge", same=("payment_intent", "customer", "transfer_group"))


@route("POST", "/v1/charges/{charge}")
def update_charge(call: Call) -> dict[str, Any]:
    charge = call.find("charge", "charge")
    before = public(charge)
    write_metadata(call, charge)
    for name in ("description", "receipt_email"):
        if call.has(name):
            charge[name] = call.text(name)
    call.world.webhooks.emit("charge.updated", charge, differences(before, public(charge)))
    return charge


@only_on_request("charge", "refunds")
def refunds_of(world: World, charge: StripeObject) -> dict[str, Any]:
    """The refunds that a charge shows when they are expanded, the newest first."""
    entries = [
        entry for entry in world.storage.newest_first("refund") if entry["charge"] == charge["id"]
    ]
    url = f"/v1/charges/{charge['id']}/refunds"
    return {"object": "list", "url": url, "has_more": False, "data": entries}


def _approval() -> dict[str, Any]:
    return {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": "approved_by_network",
        "reason": None,
        "risk_level": "normal",
        "risk_score": 12,
        "seller_message": "Payment complete.",
        "type": "authorized",
    }


def _outcome_of(decline: Decline) -> dict[str, Any]:
    return _approval() | {
        "advice_code": "try_again_later",
        "network_decline_code": "01",
        "network_status": "declined_by_network",
        "reason": decline.decline_code or decline.code,
        "seller_message": "The bank did not return any further details with this decline.",
        "type": "issuer_declined",
    }


def _details(world: World, intent: StripeObject, method: StripeObject) -> dict[str, Any]:
    """The payment_method_details of a charge; a manual one names the end of its hold."""
    kind, card = method["type"], card_of(method)
    face = {
        name: value
        for name, value in method[kind].items()
        if name
        not in {"networks", "display_brand", "generated_from", "three_d_secure_usage", "checks"}
    }
    hold = _hold_seconds(world, kind, card.brand)
    held = {
        "amount_authorized": intent["amount"],
        "capture_before": world.now() + hold if intent["capture_method"] == "manual" else None,
        "network": card.brand,
        "network_transaction_id": world.new_id("ntid")[5:20],
    }
    extra = _present() if kind == "card_present" else _not_present(method, intent)
    return {"type": kind, kind: face | held | extra | method.get("_charge_details", {})}


def _hold_seconds(world: World, kind: str, brand: str) -> int:
    settings = world.settings
    if kind != "card_present":
        return settings.card_hold_seconds
    if brand == "visa":
        return settings.card_present_visa_hold_seconds
    return settings.card_present_hold_seconds


def _present() -> dict[str, Any]:
    receipt = {
        "account_type": "credit",
        "application_cryptogram": "6FDE8CA0A5D1B4E7",
        "application_preferred_name": "Stripe Credit",
        "authorization_code": "104231",
        "authorization_response_code": "3030",
        "cardholder_verification_method": "approval",
        "dedicated_file_name": "D27600002545500100",
        "terminal_verification_results": "8000008000",
        "transaction_status_information": "6800",
    }
    return {
        "emv_auth_data": "8A023030",
        "generated_card": None,
        "incremental_authorization_supported": False,
        "overcapture_supported": False,
        "receipt": receipt,
    }


def _not_present(method: StripeObject, intent: StripeObject) -> dict[str, Any]:
    return {
        "authorization_code": "104231",
        "checks": method["card"]["checks"],
        "extended_authorization": {"status": "disabled"},
        "incremental_authorization": {"status": "unavailable"},
        "installments": None,
        "mandate": None,
        "multicapture": {"status": "unavailable"},
        "network_token": {"used": False},
        "overcapture": {"maximum_amount_capturable": intent["amount"], "status": "unavailable"},
        "three_d_secure": None,
    }
