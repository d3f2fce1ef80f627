"""Stripe tells the same at the same instant, and workers look at it at the same instant."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING

import pytest
from django.db import connection

from apps.core.models import OutboxEvent
from apps.payments.models import StripeEvent
from apps.payments.services.receiving import receive_event
from apps.payments.services.working import work_event
from tests.conftest import NOON
from tests.payments.conftest import counter, stripe
from tests.payments.telling import SECRET, make_body, sign

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_django import Settings

    from tests.payments.cards import Counter

__all__ = ["counter", "stripe"]
pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
AT_ONCE = 8


def at_once[T](act: Callable[[], T]) -> list[T]:
    start = Barrier(AT_ONCE)

    def run(_: int) -> T:
        start.wait()
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(run, range(AT_ONCE)))


def test_an_event_that_comes_many_times_at_once_is_written_down_once(settings: Settings) -> None:
    settings.STRIPE_SECRET_KEY = "sk_test_simulated"
    settings.STRIPE_WEBHOOK_SECRETS = [SECRET]
    body = make_body(id="evt_1")
    told = at_once(lambda: receive_event(body=body, signature=sign(body), now=NOON))
    assert sorted(told) == [False] * (AT_ONCE - 1) + [True]
    assert OutboxEvent.objects.count() == 1


def test_of_workers_at_one_event_one_gets_it(counter: Counter) -> None:
    payment = counter.paid()
    intent_id = str(payment.intent_id)
    StripeEvent.objects.create(
        id="evt_1", type="payment_intent.succeeded", object_id=intent_id, intent_id=intent_id,
        state="WAITING", created_at=NOON, received_at=NOON, due_at=NOON,
    )  # fmt: skip
    looks = at_once(lambda: work_event(event_id="evt_1", now=counter.now))
    assert [look for look in looks if look] == ["DONE"]
    assert StripeEvent.objects.get().tries == 1
