"""A customer's bank wants money back: we know of it, forward only, and refund nothing meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django_subatomic.db import transaction

from apps.core.models import AuditEntry
from apps.payments.errors import PaymentStateConflict
from apps.payments.models import Dispute, Refund
from apps.payments.rules import DISPUTE_MOVES, dispute_sources_of
from apps.payments.services.disputing import apply_dispute
from apps.payments.types import DisputeStatus, StripeDispute
from sandbox.stripe.disputes import close_dispute, open_dispute
from tests.conftest import NOON
from tests.payments.books import make_dispute
from tests.payments.hearing import Shop, events, shop
from tests.payments.rows import make_payment

if TYPE_CHECKING:
    from apps.payments.models import Payment

__all__ = ["shop"]
pytestmark = pytest.mark.django_db(transaction=True)
ALL = list(DisputeStatus)


def charge_of(shop: Shop, payment: Payment) -> str:
    """Stripe's name of what was taken."""
    intent = shop.stripe.client().v1.payment_intents.retrieve(str(payment.intent_id))
    return str(intent.latest_charge)


def dispute(shop: Shop, payment: Payment, *, is_inquiry: bool = False) -> str:
    """Let the customer's bank dispute a payment, and hear of it."""
    opened = open_dispute(shop.stripe.world, charge_of(shop, payment), is_inquiry=is_inquiry)
    shop.work()
    return str(opened["id"])


def decide(shop: Shop, dispute_id: str, *, is_won: bool) -> None:
    """Let the bank decide, and hear of it."""
    close_dispute(shop.stripe.world, dispute_id, is_won=is_won)
    shop.work()


def seen(status: DisputeStatus, **fields: Any) -> StripeDispute:
    """A dispute of $21.39 as Stripe shows it."""
    values: dict[str, Any] = {
        "amount_cents": 2139,
        "currency": "USD",
        "reason": "fraudulent",
        "is_charge_refundable": False,
        "intent_id": "pi_1",
        "opened_at": NOON,
    }
    return StripeDispute("dp_1", status, **{**values, **fields})


def apply(shown: StripeDispute, payment: Payment | None = None) -> bool:
    with transaction():
        return apply_dispute(shown, payment, now=NOON)


def test_a_dispute_stands_in_the_books_with_its_payment_and_its_date(shop: Shop) -> None:
    payment = shop.paid()
    dispute(shop, payment)
    row = payment.disputes.get()
    assert (row.status, row.amount_cents, row.currency) == ("NEEDS_RESPONSE", 2139, "USD")
    assert (row.reason, row.is_charge_refundable) == ("fraudulent", False)
    assert row.evidence_due_at is not None
    assert row.evidence_due_at > NOON
    assert ("charge.dispute.created", "DONE") in events(payment=payment)


def test_while_a_payment_is_in_dispute_nothing_of_it_is_refunded(shop: Shop) -> None:
    payment = shop.paid()
    dispute(shop, payment)
    with pytest.raises(PaymentStateConflict) as refused:
        shop.refund(payment, 100)
    assert "dispute" in refused.value.detail
    assert not Refund.objects.exists()
    assert shop.sent_back() == 0


def test_a_dispute_that_was_won_lets_refunds_through(shop: Shop) -> None:
    payment = shop.paid()
    decide(shop, dispute(shop, payment), is_won=True)
    assert payment.disputes.get().status == "WON"
    assert shop.refund(payment, 100).status == "SUCCEEDED"


def test_a_dispute_that_was_lost_does_not(shop: Shop) -> None:
    payment = shop.paid()
    decide(shop, dispute(shop, payment), is_won=False)
    assert payment.disputes.get().status == "LOST"
    with pytest.raises(PaymentStateConflict):
        shop.refund(payment, 100)


def test_a_question_of_the_bank_lets_refunds_through(shop: Shop) -> None:
    payment = shop.paid()
    dispute(shop, payment, is_inquiry=True)
    assert payment.disputes.get().status == "WARNING_NEEDS_RESPONSE"
    assert shop.refund(payment, 100).status == "SUCCEEDED"


def test_every_move_of_a_dispute_is_written_in_the_audit_once(shop: Shop) -> None:
    payment = shop.paid()
    dispute_id = dispute(shop, payment)
    decide(shop, dispute_id, is_won=True)
    shop.work()
    entries = AuditEntry.objects.filter(subject=f"dispute:{dispute_id}").order_by("sequence")
    assert [entry.action for entry in entries] == ["dispute.needs_response", "dispute.won"]
    assert {entry.chain for entry in entries} == {f"terminal:{payment.terminal_id}"}


@pytest.mark.django_db
@pytest.mark.parametrize("target", ALL)
@pytest.mark.parametrize("source", ALL)
def test_a_dispute_goes_forward_only(source: DisputeStatus, target: DisputeStatus) -> None:
    make_dispute(id="dp_1", status=source.value)
    is_moved = apply(seen(target))
    assert is_moved == (target in DISPUTE_MOVES[source])
    assert Dispute.objects.get().status == (target if is_moved else source).value


def test_every_move_has_its_sources() -> None:
    moves = {(source, target) for source in ALL for target in DISPUTE_MOVES[source]}
    assert {(source, target.value) for target in ALL for source in dispute_sources_of(target)} == {
        (source.value, target.value) for source, target in moves
    }


@pytest.mark.django_db
def test_what_changes_without_a_move_is_kept() -> None:
    apply(seen(DisputeStatus.NEEDS_RESPONSE))
    assert not apply(seen(DisputeStatus.NEEDS_RESPONSE, is_charge_refundable=True))
    assert Dispute.objects.get().is_charge_refundable


def test_a_dispute_over_money_of_somebody_else_is_kept_for_its_date(shop: Shop) -> None:
    charge: Any = {
        "amount": 500, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True
    }  # fmt: skip
    intent = shop.stripe.client().v1.payment_intents.create(charge)
    open_dispute(shop.stripe.world, str(intent.latest_charge))
    shop.work()
    assert Dispute.objects.get().payment is None
    assert ("charge.dispute.created", "UNMATCHED") in events()


@pytest.mark.django_db
def test_a_dispute_finds_its_payment_when_that_is_restored_late() -> None:
    apply(seen(DisputeStatus.NEEDS_RESPONSE))
    payment = make_payment(intent_id="pi_1")
    apply(seen(DisputeStatus.NEEDS_RESPONSE), payment)
    assert payment.disputes.get().pk == "dp_1"
