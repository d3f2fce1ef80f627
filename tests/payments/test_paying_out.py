"""Stripe's fees and payouts are kept, and each payout is matched with what it was made of."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db.models import Sum

from apps.payments.models import BalanceEntry, Difference, Payout
from apps.payments.services.reconciling import reconcile
from sandbox.stripe.payouts import fail_payout, pay_out_available

if TYPE_CHECKING:
    from sandbox.stripe.storage import StripeObject
    from tests.payments.cards import Counter

pytestmark = pytest.mark.django_db(transaction=True)
DAY = 24 * 60 * 60


def pay_out(counter: Counter) -> StripeObject:
    """Three days on, Stripe sends what it holds to the bank."""
    counter.stripe.world.clock.advance(3 * DAY)
    payout = pay_out_available(counter.stripe.world)
    assert payout is not None
    return payout


def compare(counter: Counter, *, after: int = 60) -> None:
    counter.stripe.world.clock.advance(after)
    reconcile(since=counter.now - timedelta(days=10), now=counter.now)


def test_every_fee_is_kept_with_the_payment_it_was_for(counter: Counter) -> None:
    payment = counter.paid(10_000)
    compare(counter)
    entry = BalanceEntry.objects.get(payment=payment)
    assert (entry.kind, entry.amount_cents, entry.fee_cents) == ("charge", 10_000, 320)
    assert entry.net_cents == 9_680


def test_a_payout_is_matched_with_the_captures_it_was_made_of(counter: Counter) -> None:
    first, second = counter.paid(10_000), counter.paid(5_000)
    counter.refund(first, 1_000)
    payout_id = pay_out(counter)["id"]
    compare(counter)
    payout = Payout.objects.get(pk=payout_id)
    assert payout.matched_at is not None
    assert payout.entries.aggregate(net=Sum("net_cents"))["net"] == payout.amount_cents
    charged = payout.entries.filter(kind="charge").values_list("payment_id", flat=True)
    assert set(charged) == {first.pk, second.pk}
    assert not Difference.objects.filter(kind="PAYOUT_DIFFERS").exists()


def test_what_comes_into_the_payout_of_a_day_stays_out_of_the_next(counter: Counter) -> None:
    counter.paid(10_000)
    first = pay_out(counter)["id"]
    later = counter.paid(5_000)
    second = pay_out(counter)["id"]
    compare(counter)
    assert BalanceEntry.objects.get(payment=later).payout_id == second
    assert Payout.objects.get(pk=first).entries.count() == 1


def test_a_payout_that_does_not_come_to_its_captures_is_a_difference(counter: Counter) -> None:
    counter.paid(10_000)
    payout = pay_out(counter)
    payout["amount"] -= 100
    compare(counter, after=5 * DAY)
    row = Difference.objects.get(kind="PAYOUT_DIFFERS")
    assert (row.subject, row.ours_cents, row.theirs_cents) == (payout["id"], 9_680, 9_580)
    assert Payout.objects.get().matched_at is None
    payout["amount"] += 100


def test_a_payout_is_followed_to_the_bank_and_back(counter: Counter) -> None:
    counter.paid(10_000)
    payout = pay_out(counter)
    compare(counter)
    assert Payout.objects.get().status == "IN_TRANSIT"
    compare(counter, after=15 * DAY)  # long past the window: it is asked for by its id
    assert Payout.objects.get().status == "PAID"
    fail_payout(counter.stripe.world, payout["id"])
    compare(counter)
    assert Payout.objects.get().status == "FAILED"
    row = Difference.objects.get(kind="PAYOUT_DIFFERS")
    assert row.detail == "The bank sent $96.80 back to Stripe."


def test_a_payout_made_by_hand_is_kept_without_a_match(counter: Counter) -> None:
    counter.paid(10_000)
    counter.stripe.world.clock.advance(3 * DAY)
    counter.stripe.client().v1.payouts.create({"amount": 5_000, "currency": "usd"})
    compare(counter)
    payout = Payout.objects.get()
    assert (payout.is_automatic, payout.matched_at) == (False, None)
    assert not Difference.objects.filter(kind="PAYOUT_DIFFERS").exists()
