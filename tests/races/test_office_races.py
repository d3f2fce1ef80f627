"""A manager who clicks twice, faster than a page can load."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest

from apps.core.models import AuditEntry
from apps.core.types import Actor, ActorKind
from apps.payments import bulkhead
from apps.payments.models import Refund
from apps.payments.services.by_hand import Wish, refund_by_hand
from tests.payments.conftest import counter, stripe
from tests.races.test_refund_races import TILLS, at_once

if TYPE_CHECKING:
    from tests.payments.cards import Counter

__all__ = ["counter", "stripe"]
pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

MARIA = Actor(ActorKind.USER, "7", "Maria", "user:7")


def test_one_page_confirmed_many_times_at_once_refunds_and_notes_once(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulkhead, "bulkhead", bulkhead.Bulkhead(TILLS))
    payment, now = counter.paid(1000), counter.now
    wish = Wish(uuid.uuid4(), MARIA, payment)
    outcomes = at_once(
        lambda: refund_by_hand(wish, amount_cents=400, reason="Broken seal", now=now).status
    )
    assert set(outcomes) <= {"SUCCEEDED", "in flight"}
    assert counter.sent_back() == 400
    assert Refund.objects.count() == 1
    assert AuditEntry.objects.filter(action="payment.refund_asked").count() == 1
