"""Stripe's test cards by name and number, and the payment methods made from them.

Source: docs.stripe.com/testing, as of 2026; the names without a brand are older ones that still
work.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.stripe.errors import (
    INVALID_REQUEST,
    StripeRefusal,
    invalid_parameter,
    missing_object,
    missing_parameter,
)
from sandbox.stripe.fields import write_metadata
from sandbox.stripe.routing import route

if TYPE_CHECKING:
    from sandbox.stripe.routing import Call
    from sandbox.stripe.storage import StripeObject
    from sandbox.stripe.world import World

_DECLINED = "Your card was declined."
_MESSAGES = {
    "insufficient_funds": "Your card has insufficient funds.",
    "expired_card": "Your card has expired.",
    "incorrect_cvc": "Your card's security code is incorrect.",
    "processing_error": "An error occurred while processing your card. Try again in a little bit.",
    "authentication_required": "Your card was declined. This transaction requires authentication.",
}


@dataclass(frozen=True)
class Decline:
    """Why an issuer says no: Stripe's code, and the issuer's reason where it has one."""

    code: str
    decline_code: str | None = None

    @property
    def message(self) -> str:
        return _MESSAGES.get(self.decline_code or self.code, _DECLINED)


@dataclass(frozen=True)
class TestCard:
    """A card number that behaves in one known way.

    `refund` is "failed" or "pending" for cards whose refunds fail or wait, `dispute` the reason of
    the dispute that follows a charge.
    """

    __test__ = False  # not a case for pytest

    number: str
    brand: str = "visa"
    funding: str = "credit"
    decline: Decline | None = None
    needs_authentication: bool = False
    refund: str | None = None
    dispute: str | None = None


def _declined(number: str, decline_code: str) -> TestCard:
    return TestCard(number, decline=Decline("card_declined", decline_code))


_GENERIC = _declined("4000000000000002", "generic_decline")
_FUNDS = _declined("4000000000009995", "insufficient_funds")
_LOST = _declined("4000000000009987", "lost_card")
_STOLEN = _declined("4000000000009979", "stolen_card")
_VELOCITY = _declined("4000000000006975", "card_velocity_exceeded")
_EXPIRED = TestCard("4000000000000069", decline=Decline("expired_card"))
_CVC = TestCard("4000000000000127", decline=Decline("incorrect_cvc"))
_PROCESSING = TestCard("4000000000000119", decline=Decline("processing_error"))

CARDS: dict[str, TestCard] = {
    "pm_card_visa": TestCard("4242424242424242"),
    "pm_card_visa_debit": TestCard("4000056655665556", funding="debit"),
    "pm_card_mastercard": TestCard("5555555555554444", "mastercard"),
    "pm_card_mastercard_debit": TestCard("5200828282828210", "mastercard", "debit"),
    "pm_card_mastercard_prepaid": TestCard("5105105105105100", "mastercard", "prepaid"),
    "pm_card_amex": TestCard("378282246310005", "amex"),
    "pm_card_discover": TestCard("6011111111111117", "discover"),
    "pm_card_diners": TestCard("3056930009020004", "diners"),
    "pm_card_jcb": TestCard("3566002020360505", "jcb"),
    "pm_card_unionpay": TestCard("6200000000000005", "unionpay"),
    "pm_card_chargeDeclined": _GENERIC,
    "pm_card_visa_chargeDeclined": _GENERIC,
    "pm_card_chargeDeclinedInsufficientFunds": _FUNDS,
    "pm_card_visa_chargeDeclinedInsufficientFunds": _FUNDS,
    "pm_card_visa_chargeDeclinedLostCard": _LOST,
    "pm_card_visa_chargeDeclinedStolenCard": _STOLEN,
    "pm_card_visa_chargeDeclinedVelocityLimitExceeded": _VELOCITY,
    "pm_card_chargeDeclinedExpiredCard": _EXPIRED,
    "pm_card_visa_chargeDeclinedExpiredCard": _EXPIRED,
    "pm_card_chargeDeclinedIncorrectCvc": _CVC,
    "pm_card_visa_chargeDeclinedIncorrectCvc": _CVC,
    "pm_card_chargeDeclinedProcessingError": _PROCESSING,
    "pm_card_visa_chargeDeclinedProcessingError": _PROCESSING,
    "pm_card_chargeCustomerFail": _declined("4000000000000341", "generic_decline"),
    "pm_card_authenticationRequired": TestCard("4000002500003155", needs_authentication=True),
    "pm_card_createDispute": TestCard("4000000000000259", dispute="fraudulent"),
    "pm_card_createDisputeProductNotReceived": TestCard(
        "4000000000002685", dispute="product_not_received"
    ),
    "pm_card_refundFail": TestCard("4000000000005126", refund="failed"),
    "pm_card_pendingRefund": TestCard("4000000000007726", refund="pending"),
}
_BY_NUMBER = {card.number: token for token, card in CARDS.items()}


def card_of(method: StripeObject) -> TestCard:
    """The test card behind a payment method."""
    return CARDS[method["_token"]]


def find_payment_method(world: World, wanted: str, param: str = "payment_method") -> StripeObject:
    """A payment method by its id; a test card's name makes a new one.

    Raises:
        StripeRefusal: 404 resource_missing.
    """
    if wanted in CARDS:
        return make_payment_method(world, wanted)
    found = world.storage.find(wanted, "payment_method")
    if found is None:
        raise missing_object("PaymentMethod", wanted, param)
    return found


def token_of_number(number: str) -> str:
    """The name of the test card with a number.

    Raises:
        StripeRefusal: 402 incorrect_number, for any other number.
    """
    token = _BY_NUMBER.get(number.replace(" ", ""))
    if token is None:
        message = "Your card number is incorrect."
        raise StripeRefusal(402, "card_error", "incorrect_number", message, "number")
    return token


def make_payment_method(world: World, token: str, kind: str = "card") -> StripeObject:
    """A new payment method from a test card, typed in ("card") or shown to a reader."""
    card = CARDS[token]
    method = {
        "id": world.new_id("pm"),
        "object": "payment_method",
        "allow_redisplay": "unspecified",
        "billing_details": billing_details(),
        "created": world.now(),
        "customer": None,
        "livemode": False,
        "metadata": {},
        "type": kind,
        kind: _face(card) | (_presence() if kind == "card_present" else _checks(card)),
        "_token": token,
    }
    return world.storage.add(method)


def billing_details() -> dict[str, Any]:
    address = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))
    return {"address": address, "email": None, "name": None, "phone": None, "tax_id": None}


@route("POST", "/v1/payment_methods")
def create_payment_method(call: Call) -> dict[str, Any]:
    """A payment method from a raw test card number, as the old integrations make them."""
    if call.required("type") != "card":
        message = "Only cards can be made here."
        raise invalid_parameter("payment_method_unsupported_type", message, "type")
    card = call.mapping("card")
    token = card.get("token") or token_of_number(card.get("number") or "")
    if token not in CARDS:
        raise missing_object("token", token, "card[token]")
    method = make_payment_method(call.world, token)
    for part in ("exp_month", "exp_year"):
        if part in card:
            method["card"][part] = int(card[part])
    write_metadata(call, method)
    return method


@route("GET", "/v1/payment_methods/{payment_method}")
def retrieve_payment_method(call: Call) -> dict[str, Any]:
    return find_payment_method(call.world, call.ids["payment_method"], "payment_method")


def read_payment_method(call: Call) -> StripeObject | None:
    """The payment method that a call names or describes (payment_method_data), if it does.

    Raises:
        StripeRefusal: 400 or 404.
    """
    wanted, described = call.text("payment_method"), call.mapping("payment_method_data")
    if wanted:
        return find_payment_method(call.world, wanted)
    if not described:
        return None
    if described.get("type") != "card":
        message = "Cards at a reader are confirmed by the reader; other types are not simulated."
        raise StripeRefusal(
            400,
            INVALID_REQUEST,
            "payment_method_unsupported_type",
            message,
            "payment_method_data[type]",
        ).unstored()
    number = described.get("card", {}).get("number")
    if not number:
        raise missing_parameter("payment_method_data[card][number]")
    return make_payment_method(call.world, token_of_number(number))


def _face(card: TestCard) -> dict[str, Any]:
    """What is printed on a card."""
    return {
        "brand": card.brand,
        "country": "US",
        "description": None,
        "exp_month": 12,
        "exp_year": 2030,
        "fingerprint": f"sim{card.number[-4:]}{card.brand}",
        "funding": card.funding,
        "iin": None,
        "issuer": None,
        "last4": card.number[-4:],
        "networks": {"available": [card.brand], "preferred": None},
        "wallet": None,
    }


def _checks(card: TestCard) -> dict[str, Any]:
    checks = {
        "address_line1_check": None,
        "address_postal_code_check": None,
        "cvc_check": "fail" if card is _CVC else "pass",
    }
    return {
        "checks": checks,
        "display_brand": card.brand,
        "generated_from": None,
        "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": True},
    }


def _presence() -> dict[str, Any]:
    return {
        "brand_product": None,
        "cardholder_name": None,
        "offline": None,
        "preferred_locales": ["en"],
        "read_method": "contactless_emv",
    }
