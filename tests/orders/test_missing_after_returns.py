"""An order whose card brought too little, and whose goods came back: what is still to come in."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from apps.orders.selectors import describe_orders, get_order
from apps.payments.attention import WAITS_LONG, get_attention
from apps.payments.missing import find_missing_cents
from apps.payments.models import Difference, Payment
from apps.payments.selectors import count_untaken, find_payment_drift, list_untaken
from apps.payments.services.differing import close_difference
from apps.payments.services.reconciling import reconcile
from apps.payments.services.settling import settle_payments
from tests.factories import MANAGER
from tests.orders.test_card_returns import BAG, assert_books_are_whole
from tests.orders.test_returns_after_refunds import OfficeDesk
from tests.payments.api.test_cards import later
from tests.payments.conftest import stripe

if TYPE_CHECKING:
    from sandbox.stripe.server import Simulator

__all__ = ["stripe"]
pytestmark = pytest.mark.django_db(transaction=True)
BOTH = 2 * BAG


class LackingDesk(OfficeDesk):
    """A terminal whose order's card brought nothing, or too little."""

    def missing_cents(self) -> int:
        """What is still to come in, as every place has it that speaks of it."""
        missing = find_missing_cents(self.payment)
        waiting = get_attention(now=later(2 * WAITS_LONG)).waiting
        assert waiting == bool(missing)
        assert self.is_untaken() == bool(missing)
        assert self.drift() == ([missing] if missing else [])
        assert self.differences() == ([missing] if missing else [])
        return missing

    def is_untaken(self) -> bool:
        untaken = bool(list_untaken(payment_ids=[self.payment.pk]))
        order = get_order(store_id=self.payment.store_id, order_id=self.order_id)
        assert count_untaken(type(order).objects.all()) == untaken
        assert describe_orders([order])[0]["paid"] is not untaken
        return untaken

    def drift(self) -> list[int]:
        """What the check of all ledgers says is missing."""
        return [int(fault.rpartition(": ")[2].split()[0]) for fault in find_payment_drift()]

    def differences(self) -> list[int]:
        """By how much the books differ after a comparison an hour later."""
        reconcile(since=later(-timedelta(hours=1)), now=later(timedelta(hours=1)))
        opened = Difference.objects.filter(closed_at__isnull=True)
        assert {row.kind for row in opened} <= {"MISSING_CAPTURE"}
        return [row.ours_cents - row.theirs_cents for row in opened]


@pytest.fixture
def lapsed(stripe: Simulator) -> LackingDesk:
    """The hold lapsed before the money was taken."""
    desk = LackingDesk(stripe)
    stripe.client().v1.payment_intents.cancel(desk.payment.intent_id or "")
    settle_payments(now=later())
    assert desk.payment.status == "CANCELED"
    return desk


@pytest.fixture
def short(stripe: Simulator) -> LackingDesk:
    """A dollar less was taken than the order takes, in both books."""
    desk = LackingDesk(stripe)
    intent = desk.payment.intent_id or ""
    stripe.client().v1.payment_intents.capture(intent, {"amount_to_capture": BOTH - 100})
    settle_payments(now=later())
    assert (desk.payment.status, desk.payment.captured_cents) == ("CAPTURED", BOTH - 100)
    return desk


def test_what_a_lapsed_card_was_to_pay_shrinks_with_what_comes_back(lapsed: LackingDesk) -> None:
    assert lapsed.missing_cents() == BOTH
    lapsed.given(bags=1)
    assert lapsed.missing_cents() == BAG
    lapsed.given(bags=1)
    assert lapsed.missing_cents() == 0
    assert_books_are_whole()


def test_what_was_left_out_of_a_return_is_missing_no_more(short: LackingDesk) -> None:
    assert short.missing_cents() == 100
    short.given(short.to_card(BAG - 100), bags=1)
    assert short.missing_cents() == 0
    short.given(short.to_card(BAG), bags=1)
    assert short.missing_cents() == 0
    assert_books_are_whole()


def test_what_a_return_sends_back_leaves_as_much_missing(short: LackingDesk) -> None:
    short.given(short.to_card(BAG), bags=1)
    assert short.missing_cents() == 100


def test_what_goes_back_by_hand_is_not_missing(short: LackingDesk) -> None:
    short.send_back(50)
    assert short.missing_cents() == 100


def test_what_somebody_has_seen_to_stays_closed_when_goods_come_back(lapsed: LackingDesk) -> None:
    lapsed.differences()
    row = Difference.objects.get()
    close_difference(actor=MANAGER, difference_id=row.pk, note="Paid in cash.", now=later())
    lapsed.given(bags=1)
    assert lapsed.differences() == []


def test_a_voided_order_whose_card_lapsed_was_never_paid(lapsed: LackingDesk) -> None:
    Payment.objects.update(released_at=later())
    assert list_untaken(payment_ids=[lapsed.payment.pk])
    assert find_missing_cents(lapsed.payment) == 0
