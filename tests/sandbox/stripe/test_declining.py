"""Test cards decline as documented, and leave an intent that can be tried again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import stripe as sdk

from tests.sandbox.stripe.paying import refused

if TYPE_CHECKING:
    from tests.sandbox.stripe.paying import Till


@pytest.mark.parametrize(
    ("card", "code", "decline_code"),
    [
        ("pm_card_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_visa_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_visa_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("pm_card_visa_chargeDeclinedLostCard", "card_declined", "lost_card"),
        ("pm_card_visa_chargeDeclinedStolenCard", "card_declined", "stolen_card"),
        (
            "pm_card_visa_chargeDeclinedVelocityLimitExceeded",
            "card_declined",
            "card_velocity_exceeded",
        ),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", None),
        ("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", None),
        ("pm_card_chargeDeclinedProcessingError", "processing_error", None),
    ],
)
def test_a_card_declines_with_its_code(
    till: Till, card: str, code: str, decline_code: str | None
) -> None:
    error = refused(sdk.CardError, lambda: till.held(card))
    assert error.error
    assert (error.http_status, error.code) == (402, code)
    assert getattr(error.error, "decline_code", None) == decline_code
    assert error.error.type == "card_error"


def test_a_decline_keeps_the_intent_and_leaves_a_failed_charge(till: Till) -> None:
    intent = till.new()
    error = refused(
        sdk.CardError, lambda: till.confirm(intent, payment_method="pm_card_chargeDeclined")
    )
    after, charge = till.get(intent), till.charge(intent)
    assert after.last_payment_error
    assert error.error
    assert (after.status, after.payment_method) == ("requires_payment_method", None)
    assert after.last_payment_error.decline_code == "generic_decline"
    assert (charge.status, charge.paid, charge.failure_code) == ("failed", False, "card_declined")
    assert error.error.charge == charge.id == after.last_payment_error.charge


def test_a_decline_hands_over_the_intent_as_it_is_now(till: Till) -> None:
    intent = till.new()
    error = refused(
        sdk.CardError, lambda: till.confirm(intent, payment_method="pm_card_chargeDeclined")
    )
    assert error.error
    assert error.error.payment_intent
    assert error.error.payment_intent.to_dict() == till.get(intent).to_dict()


def test_another_card_pays_after_a_decline(till: Till) -> None:
    intent = till.new()
    refused(sdk.CardError, lambda: till.confirm(intent, payment_method="pm_card_chargeDeclined"))
    paid = till.confirm(intent, payment_method="pm_card_mastercard")
    assert (paid.status, paid.last_payment_error) == ("requires_capture", None)
    charges = till.client.v1.charges.list({"payment_intent": intent.id}).data
    assert [charge.status for charge in charges] == ["succeeded", "failed"]
    assert paid.latest_charge == charges[0].id


def test_a_decline_at_creation_still_makes_the_intent(till: Till) -> None:
    error = refused(sdk.CardError, lambda: till.held("pm_card_chargeDeclined"))
    assert error.error
    assert error.error.payment_intent
    assert till.get(error.error.payment_intent).status == "requires_payment_method"


def test_a_declined_charge_is_in_no_book_and_told_by_its_events(till: Till) -> None:
    refused(sdk.CardError, lambda: till.paid("pm_card_chargeDeclined"))
    assert till.client.v1.balance_transactions.list().data == []
    assert len(till.events("charge.failed")) == 1
    assert len(till.events("payment_intent.payment_failed")) == 1


@pytest.mark.parametrize(
    ("card", "brand", "last4"),
    [
        ("pm_card_visa", "visa", "4242"),
        ("pm_card_mastercard", "mastercard", "4444"),
        ("pm_card_amex", "amex", "0005"),
    ],
)
def test_a_charge_shows_the_face_of_its_card(till: Till, card: str, brand: str, last4: str) -> None:
    details = till.charge(till.held(card)).payment_method_details
    assert details
    assert details.card
    assert (details.type, details.card.brand, details.card.last4) == ("card", brand, last4)


def test_a_raw_number_declines_as_its_name_does(till: Till) -> None:
    method = till.client.v1.payment_methods.create(
        {
            "type": "card",
            "card": {"number": "4000000000000002", "exp_month": 12, "exp_year": 2030},
        }
    )
    error = refused(sdk.CardError, lambda: till.held(method.id))
    assert error.code == "card_declined"


def test_a_card_that_nobody_knows_is_not_found_and_makes_no_intent(till: Till) -> None:
    error = refused(sdk.InvalidRequestError, lambda: till.held("pm_card_unheard_of"))
    assert (error.http_status, error.code) == (404, "resource_missing")
    assert (error.param, till.count()) == ("payment_method", 0)
