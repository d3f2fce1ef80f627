"""Both books are matched both ways: what agrees is silent, what differs is put on file, once."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django_subatomic.db import transaction

from apps.core.types import Actor, ActorKind
from apps.payments.errors import DifferenceClosed, PaymentStateConflict, StripeSilent
from apps.payments.models import Difference, Dispute, Payment, Reconciliation, Refund
from apps.payments.services.differing import close_difference
from apps.payments.services.reconciling import reconcile, reconcile_lately
from apps.payments.services.settling import settle_payments
from apps.payments.services.tenders import claim_payments
from apps.payments.types import Tender, TenderKind
from sandbox.stripe.disputes import open_dispute
from sandbox.stripe.faults import Fault, Kind
from sandbox.stripe.offline_payments import forward_stored_payment, make_intent_elsewhere
from tests.payments.rows import make_refund

if TYPE_CHECKING:
    from apps.payments.models import Payment as PaymentRow
    from tests.payments.cards import Counter

pytestmark = pytest.mark.django_db(transaction=True)
ANA = Actor(ActorKind.USER, "1", "Ana", "user:1")
AN_HOUR = 3600


class Shop:
    """A counter whose sales are compared."""

    def __init__(self, counter: Counter) -> None:
        self.counter = counter
        self.opened = counter.now
        self.stripe = counter.stripe.client().v1

    def tender(self, cents: int = 2139, taken: int | None = None) -> PaymentRow:
        """A card that an order names, its money not yet taken."""
        payment = self.counter.authorize(cents)
        tender = Tender(TenderKind.CARD, taken or cents, payment.pk)
        with transaction():
            claim_payments(order_id=payment.order_id, tenders=[tender], now=self.counter.now)
        return payment

    def sell(self, cents: int = 2139, taken: int | None = None) -> PaymentRow:
        payment = self.tender(cents, taken)
        settle_payments(now=self.counter.now)
        payment.refresh_from_db()
        assert payment.status == "CAPTURED"
        return payment

    def trade(self) -> None:
        """A day on which everything happens that may."""
        self.sell()
        self.sell(2500, taken=2300)
        self.counter.refund(self.sell(), 500)
        self.counter.refund(self.sell(2500, taken=2000), 2000)
        self.counter.cancel(self.counter.authorize())
        self.counter.authorize(card="pm_card_chargeDeclined")

    def elsewhere(self, metadata: dict[str, str] | None = None, method: str = "automatic") -> str:
        """A card that somebody else's program took; the intent's id."""
        world = self.counter.stripe.world
        intent = make_intent_elsewhere(world, 900, metadata=metadata, capture_method=method)
        forward_stored_payment(world, intent, stored_at=world.clock.now())
        return str(intent["id"])

    def compare(self) -> set[tuple[str, str]]:
        """Open differences after a comparison an hour later: kind and subject."""
        self.counter.stripe.world.clock.advance(AN_HOUR)
        reconcile(since=self.opened - timedelta(minutes=1), now=self.counter.now)
        open_rows = Difference.objects.filter(closed_at__isnull=True)
        return {(row.kind, row.subject) for row in open_rows}


@pytest.fixture(params=[True, False], ids=["released as a refund", "released silently"])
def shop(counter: Counter, request: pytest.FixtureRequest) -> Shop:
    counter.stripe.world.settings.partial_capture_makes_refund = request.param
    return Shop(counter)


def set_row(payment: PaymentRow, **fields: Any) -> None:
    Payment.objects.filter(pk=payment.pk).update(**fields)


def plant_ten(shop: Shop) -> set[tuple[str, str]]:
    """Ten differences, each as it may come about; what a comparison has to say of them."""
    second, back, gone, short = shop.sell(), shop.sell(), shop.sell(), shop.sell(2500, 2300)
    captured, sold, held, unsold = (*(shop.tender() for _ in range(3)), shop.counter.paid())
    set_row(captured, status="CAPTURED", captured_cents=2139)
    shop.stripe.payment_intents.cancel(str(sold.intent_id))
    set_row(short, captured_cents=2500)
    set_row(held, status="CANCELED", released_at=shop.counter.now)
    foreign = shop.stripe.refunds.create({"payment_intent": str(back.intent_id), "amount": 100})
    made_up = make_refund(gone, created_at=shop.counter.now, changed_at=shop.counter.now)
    set_row(gone, refunded_cents=made_up.amount_cents, status="PARTIALLY_REFUNDED")
    return {
        ("FOREIGN_CHARGE", shop.elsewhere()),
        ("FOREIGN_CHARGE", shop.elsewhere({"tillhouse_payment": str(second.pk)})),
        ("ORPHAN_AUTHORIZATION", shop.elsewhere(method="manual")),
        ("MISSING_CAPTURE", str(captured.pk)),
        ("MISSING_CAPTURE", str(sold.pk)),
        ("AMOUNT_DIFFERS", str(short.pk)),
        ("ORPHAN_AUTHORIZATION", str(held.pk)),
        ("FOREIGN_REFUND", foreign.id),
        ("MISSING_REFUND", str(made_up.pk)),
        ("NO_ORDER", str(unsold.pk)),
    }


def test_a_day_without_a_difference_is_silent(shop: Shop) -> None:
    shop.trade()
    assert shop.compare() == set()
    run = Reconciliation.objects.get()
    assert (run.payments_read, run.intents_read, run.differences_found) == (6, 6, 0)
    assert run.entries_read == 6  # four charges, two refunds


def test_each_of_ten_planted_differences_is_found_and_nothing_else(shop: Shop) -> None:
    shop.trade()
    planted = plant_ten(shop)
    assert len(planted) == 10
    assert shop.compare() == planted
    assert shop.compare() == planted


def test_a_capture_that_nobody_told_us_of_is_booked_and_no_difference(shop: Shop) -> None:
    payment = shop.tender()
    shop.stripe.payment_intents.capture(str(payment.intent_id))
    assert shop.compare() == set()
    payment.refresh_from_db()
    assert (payment.status, payment.captured_cents) == ("CAPTURED", 2139)


def test_a_difference_that_is_gone_closes_itself(shop: Shop) -> None:
    payment = shop.sell()
    set_row(payment, captured_cents=2000)
    assert shop.compare() == {("AMOUNT_DIFFERS", str(payment.pk))}
    set_row(payment, captured_cents=2139)
    assert shop.compare() == set()
    assert Difference.objects.get().closed_by == "reconciliation"


def test_what_somebody_has_seen_to_stays_closed_until_it_changes(shop: Shop) -> None:
    payment = shop.sell()
    set_row(payment, captured_cents=2000)
    shop.compare()
    row = Difference.objects.get()
    close_difference(actor=ANA, difference_id=row.pk, note="Paid in cash.", now=shop.counter.now)
    with pytest.raises(DifferenceClosed):
        close_difference(actor=ANA, difference_id=row.pk, note="Again.", now=shop.counter.now)
    assert shop.compare() == set()
    set_row(payment, captured_cents=1000)
    assert shop.compare() == {("AMOUNT_DIFFERS", str(payment.pk))}


def test_what_is_in_motion_is_left_alone(shop: Shop) -> None:
    payment = shop.tender()
    set_row(payment, status="CAPTURED", captured_cents=2139)
    shop.counter.stripe.world.clock.advance(60)
    reconcile(since=shop.opened - timedelta(minutes=1), now=shop.counter.now)
    assert not Difference.objects.exists()


def test_money_of_an_order_that_the_bank_will_let_go_soon_is_warned_of(shop: Shop) -> None:
    payment = shop.tender()
    before = shop.counter.now + timedelta(hours=12)
    set_row(payment, capture_before=before)
    found = shop.compare()
    assert found == {("EXPIRING", str(payment.pk)), ("MISSING_CAPTURE", str(payment.pk))}


def test_a_silent_stripe_cuts_a_comparison_short_and_the_next_begins_there(shop: Shop) -> None:
    shop.sell()
    strike = Fault(Kind.DROP)
    shop.counter.strike("GET", "/v1/balance_transactions", strike)
    with pytest.raises(StripeSilent):
        shop.compare()
    assert Reconciliation.objects.get().finished_at is None
    first = reconcile_lately(now=shop.counter.now)
    assert first.since == shop.counter.now - timedelta(days=1)
    assert reconcile_lately(now=shop.counter.now).since == first.until - timedelta(hours=1)


def test_a_refund_whose_success_nobody_told_us_of_is_booked(shop: Shop) -> None:
    refund_id = uuid.uuid4()
    shop.counter.refund(shop.sell(), 500, refund_id)
    Refund.objects.filter(pk=refund_id).update(status="PENDING", stripe_id=None)
    assert shop.compare() == set()
    assert Refund.objects.get().status == "SUCCEEDED"


def test_a_dispute_that_nobody_told_us_of_is_booked(shop: Shop) -> None:
    payment = shop.sell()
    shown = shop.stripe.payment_intents.retrieve(str(payment.intent_id))
    open_dispute(shop.counter.stripe.world, str(shown.latest_charge))
    assert shop.compare() == set()
    assert Dispute.objects.get().payment == payment
    with pytest.raises(PaymentStateConflict):
        shop.counter.refund(payment, 100)


def test_a_sale_of_which_less_was_taken_than_it_came_to_is_found(shop: Shop) -> None:
    payment = shop.sell(2500, taken=2300)
    set_row(payment, tendered_cents=2500)
    assert shop.compare() == {("MISSING_CAPTURE", str(payment.pk))}
