"""What is no book of a shop goes after 400 days, and its books stay."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from apps.sync.models import ReceivedBatch, ReceivedFact, RemoteStock
from apps.sync.services.receiving import forgetting
from apps.sync.services.receiving.forgetting import forget_received
from tests.conftest import NOON

from .sender import adjusted, captured, renamed, statuses, voided

if TYPE_CHECKING:
    import time_machine

    from .sender import Sender

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(days=400, seconds=1)


def types() -> set[str]:
    return set(ReceivedFact.objects.values_list("type", flat=True))


def test_books_stay_and_news_rejected_facts_and_answers_go(sender: Sender) -> None:
    sender.send(captured(), adjusted(5), renamed("A", "B"), voided({}), captured(-1), sequence=1)
    assert forget_received(now=NOON + timedelta(days=400)) == 0
    assert forget_received(now=LATER) == 4
    assert types() == {"payment.captured", "order.voided"}
    assert not ReceivedFact.objects.filter(state="REJECTED").exists()
    assert not ReceivedBatch.objects.exists()
    assert RemoteStock.objects.get().on_hand == 5


def test_what_came_later_stays(sender: Sender, clock: time_machine.Traveller) -> None:
    sender.send(adjusted(5), sequence=1)
    clock.move_to(LATER)
    batch = sender.batch(adjusted(7), sequence=2)
    assert sender.post(batch, at=LATER).status_code == 200
    assert forget_received(now=LATER) == 2
    assert ReceivedFact.objects.get().sequence == 2


def test_it_goes_in_small_transactions(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forgetting, "AT_ONCE", 2)
    sender.send(*[adjusted(1) for _ in range(5)], sequence=1)
    assert forget_received(now=LATER) == 6


def test_a_book_that_comes_again_after_all_that_time_is_still_known(
    sender: Sender, clock: time_machine.Traveller
) -> None:
    event = captured()
    sender.send(event, sequence=1)
    forget_received(now=LATER)
    assert statuses(sender.send(event, sequence=1)) == ["duplicate"]
