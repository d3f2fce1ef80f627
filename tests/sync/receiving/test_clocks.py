"""Clocks that jump lose nothing, double nothing and change no business day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from apps.sync.models import ReceivedFact, RemoteStock
from tests.conftest import NOON

from .sender import adjusted, statuses, voided

if TYPE_CHECKING:
    import time_machine

    from .sender import Sender

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.mark.parametrize("jump", [HOUR, -HOUR])
def test_what_was_refused_while_a_clock_was_wrong_is_taken_once_it_is_right(
    sender: Sender, clock: time_machine.Traveller, jump: timedelta
) -> None:
    sender.send(adjusted(1), sequence=1)
    batch = sender.batch(adjusted(10), sequence=2)
    clock.move_to(NOON + jump)
    assert sender.post(batch).status_code == 403
    clock.move_to(NOON)
    assert statuses(sender.post(batch).json()) == ["accepted"]
    assert RemoteStock.objects.get().on_hand == 11


@pytest.mark.parametrize("jump", [HOUR, -HOUR])
def test_when_both_clocks_jump_the_same_batch_still_has_the_same_answer(
    sender: Sender, clock: time_machine.Traveller, jump: timedelta
) -> None:
    batch = sender.batch(adjusted(10))
    first = sender.post(batch)
    clock.move_to(NOON + jump)
    assert sender.post(batch, at=NOON + jump).content == first.content
    later = sender.post(sender.batch(adjusted(5), sequence=2), at=NOON + jump)
    assert statuses(later.json()) == ["accepted"]
    assert list(ReceivedFact.objects.order_by("position").values_list("sequence", flat=True)) == [
        1,
        2,
    ]


def test_the_hour_that_comes_twice_is_two_hours_and_the_day_is_the_sender_s(
    sender: Sender,
) -> None:
    # On 1 November 2026 New York has 01:30 twice; the business day began the day before.
    first, second = "2026-11-01T01:30:00-04:00", "2026-11-01T01:30:00-05:00"
    events = [
        {**voided({}, business_date="2026-10-31"), "occurred_at": instant}
        for instant in (first, second)
    ]
    sender.send(*events, sequence=1)
    facts = ReceivedFact.objects.order_by("position")
    assert [fact.occurred_at for fact in facts] == [
        datetime(2026, 11, 1, 5, 30, tzinfo=UTC),
        datetime(2026, 11, 1, 6, 30, tzinfo=UTC),
    ]
    assert {fact.business_date for fact in facts} == {date(2026, 10, 31)}
