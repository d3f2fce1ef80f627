"""A dispute takes the money and blocks refunds; won, it gives it back; lost, it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import stripe as sdk

from sandbox.stripe.disputes import close_dispute, open_dispute
from sandbox.stripe.errors import StripeRefusal
from tests.sandbox.stripe.paying import code_of, refused

if TYPE_CHECKING:
    from sandbox.stripe.server import Simulator
    from tests.sandbox.stripe.paying import Till

MINUTE = 60
WINNING: Any = {"evidence": {"uncategorized_text": "winning_evidence"}, "submit": True}
LOSING: Any = {"evidence": {"uncategorized_text": "losing_evidence"}, "submit": True}


def disputed(stripe: Simulator, till: Till) -> tuple[sdk.PaymentIntent, sdk.Dispute]:
    """A sale that its customer disputed a minute after it."""
    intent = till.paid("pm_card_createDispute")
    stripe.world.clock.advance(MINUTE)
    [dispute] = till.client.v1.disputes.list({"payment_intent": intent.id}).data
    return intent, dispute


def test_the_card_for_disputes_disputes_what_was_captured(stripe: Simulator, till: Till) -> None:
    intent = till.capture(till.held("pm_card_createDispute"), 1000)
    assert till.charge(intent).disputed is False
    stripe.world.clock.advance(MINUTE)
    [dispute] = till.client.v1.disputes.list().data
    assert (dispute.amount, dispute.status, dispute.reason) == (
        1000,
        "needs_response",
        "fraudulent",
    )
    assert till.charge(intent).disputed is True


def test_the_money_and_a_fee_go_at_once(stripe: Simulator, till: Till) -> None:
    _, dispute = disputed(stripe, till)
    [entry] = till.client.v1.balance_transactions.list({"source": dispute.id}).data
    assert (entry.amount, entry.fee, entry.net) == (-1390, 1500, -2890)
    assert (entry.type, entry.reporting_category) == ("adjustment", "dispute")
    assert [told.id for told in dispute.balance_transactions] == [entry.id]
    stripe.world.ledger.check()


def test_a_disputed_charge_cannot_be_refunded(stripe: Simulator, till: Till) -> None:
    intent, dispute = disputed(stripe, till)
    assert dispute.is_charge_refundable is False
    error = refused(sdk.InvalidRequestError, lambda: till.refund(intent))
    assert code_of(error) == "charge_disputed"


def test_an_inquiry_takes_no_money_and_leaves_refunds_open(stripe: Simulator, till: Till) -> None:
    intent = till.paid()
    inquiry = open_dispute(stripe.world, till.charge(intent).id, is_inquiry=True)
    shown = till.client.v1.disputes.retrieve(inquiry["id"])
    assert (shown.status, shown.balance_transactions) == ("warning_needs_response", [])
    assert stripe.world.ledger.balance() == 1320
    assert till.refund(intent).status == "succeeded"


def test_winning_evidence_brings_the_money_back(stripe: Simulator, till: Till) -> None:
    intent, dispute = disputed(stripe, till)
    assert till.client.v1.disputes.update(dispute.id, WINNING).status == "under_review"
    stripe.world.clock.advance(MINUTE)
    won = till.client.v1.disputes.retrieve(dispute.id)
    assert (won.status, len(won.balance_transactions)) == ("won", 2)
    assert stripe.world.ledger.balance() == 1320 - 1500
    assert till.refund(intent).amount == 1390
    stripe.world.ledger.check()


def test_losing_evidence_leaves_the_money_gone(stripe: Simulator, till: Till) -> None:
    intent, dispute = disputed(stripe, till)
    till.client.v1.disputes.update(dispute.id, LOSING)
    stripe.world.clock.advance(MINUTE)
    assert till.client.v1.disputes.retrieve(dispute.id).status == "lost"
    assert stripe.world.ledger.balance() == 1320 - 2890
    refused(sdk.InvalidRequestError, lambda: till.refund(intent))


def test_evidence_can_be_kept_without_submitting_it(stripe: Simulator, till: Till) -> None:
    _, dispute = disputed(stripe, till)
    draft: Any = {"evidence": {"product_description": "Rum"}, "submit": False}
    kept = till.client.v1.disputes.update(dispute.id, draft)
    assert (kept.status, kept.evidence_details.submission_count) == ("needs_response", 0)
    assert (kept.evidence.product_description, kept.evidence_details.has_evidence) == ("Rum", True)


def test_closing_a_dispute_is_losing_it(stripe: Simulator, till: Till) -> None:
    _, dispute = disputed(stripe, till)
    disputes = till.client.v1.disputes
    assert disputes.close(dispute.id).status == "lost"
    error = refused(sdk.InvalidRequestError, lambda: disputes.close(dispute.id))
    assert "already closed" in str(error)


@pytest.mark.parametrize(
    ("is_won", "last"),
    [(True, ["funds_reinstated", "closed"]), (False, ["closed"])],
    ids=["won", "lost"],
)
def test_each_step_of_a_dispute_is_told(
    stripe: Simulator, till: Till, is_won: Any, last: list[str]
) -> None:
    _, dispute = disputed(stripe, till)
    close_dispute(stripe.world, dispute.id, is_won=is_won)
    kinds = [event.type for event in till.client.v1.events.list({"limit": 100}).data]
    told = [kind.removeprefix("charge.dispute.") for kind in kinds if "dispute" in kind]
    assert told == [*last, "funds_withdrawn", "created"]


@pytest.mark.parametrize("is_inquiry", [True, False])
def test_what_is_in_dispute_is_not_disputed_again(
    stripe: Simulator, till: Till, is_inquiry: Any
) -> None:
    charge = till.charge(till.paid())
    opened = open_dispute(stripe.world, charge.id, is_inquiry=is_inquiry)
    with pytest.raises(StripeRefusal) as refusal:
        open_dispute(stripe.world, charge.id)
    assert refusal.value.code == "charge_disputed"
    assert len(till.client.v1.disputes.list().data) == 1
    close_dispute(stripe.world, opened["id"], is_won=True)
    assert open_dispute(stripe.world, charge.id)["status"] == "needs_response"
    stripe.world.ledger.check()


def test_what_the_bank_has_won_is_not_disputed_again(stripe: Simulator, till: Till) -> None:
    charge = till.charge(till.paid())
    close_dispute(stripe.world, open_dispute(stripe.world, charge.id)["id"], is_won=False)
    with pytest.raises(StripeRefusal):
        open_dispute(stripe.world, charge.id)


@pytest.mark.parametrize("is_refunded", [True, False])
def test_a_dispute_that_comes_too_late_comes_to_nothing(
    stripe: Simulator, till: Till, is_refunded: Any
) -> None:
    intent = till.paid("pm_card_createDispute")
    if is_refunded:
        till.refund(intent)
    else:
        open_dispute(stripe.world, till.charge(intent).id)
    stripe.world.clock.advance(MINUTE)
    assert len(till.client.v1.disputes.list().data) == (0 if is_refunded else 1)


def test_what_was_refunded_before_is_not_disputed_again(stripe: Simulator, till: Till) -> None:
    intent = till.paid("pm_card_createDispute")
    till.refund(intent, 390)
    stripe.world.clock.advance(MINUTE)
    [dispute] = till.client.v1.disputes.list().data
    assert dispute.amount == 1000
    stripe.world.ledger.check()
