"""A destination is stopped, started, sent to at once, and given its batches back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from celery import Celery
from django.utils import timezone
from django_subatomic.db import transaction

from apps.core.models import AuditEntry
from apps.sync.errors import SyncStateConflict
from apps.sync.services.steering import ring, send_soon, start, stop, widen_batches
from config import celery_app
from tests.factories import MANAGER

from .office_rows import make_destination

if TYPE_CHECKING:
    from apps.sync.models import Destination

NOW = timezone.now()


def do(deed: Any, hq: Destination, **given: Any) -> Any:
    with transaction():
        return deed(actor=MANAGER, destination_id=hq.pk, now=NOW, **given)


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["ACTIVE", "FAILING"])
def test_one_that_is_stopped_says_why_and_by_whom(state: str) -> None:
    hq = make_destination(state=state, leased_until=NOW, next_attempt_at=NOW)
    do(stop, hq, reason="their books are closed")
    hq.refresh_from_db()
    assert (hq.state, hq.reason) == ("STOPPED", "their books are closed (Maria).")
    assert hq.next_attempt_at is None
    assert AuditEntry.objects.get().facts == {
        "code": "head-office",
        "reason": "their books are closed",
    }


@pytest.mark.django_db
def test_who_sends_while_it_is_stopped_loses_the_lease() -> None:
    hq = make_destination(lease_epoch=4, leased_until=NOW)
    do(stop, hq, reason="x")
    hq.refresh_from_db()
    assert (hq.lease_epoch, hq.leased_until) == (5, None)


@pytest.mark.django_db
def test_one_that_is_started_again_has_forgotten_what_it_was_stopped_for() -> None:
    hq = make_destination(
        state="STOPPED",
        reason="401",
        bad_until=17,
        dead_in_a_row=10,
        next_attempt_at=NOW + timedelta(hours=1),
        failing_since=NOW,
        settled_through=9,
    )
    do(start, hq)
    hq.refresh_from_db()
    assert (hq.state, hq.reason, hq.bad_until, hq.dead_in_a_row) == ("ACTIVE", "", None, 0)
    assert (hq.next_attempt_at, hq.failing_since, hq.settled_through) == (None, None, 9)


@pytest.mark.django_db
def test_it_is_its_turn_now_however_long_it_was_to_wait() -> None:
    hq = make_destination(state="FAILING", next_attempt_at=NOW + timedelta(hours=1))
    assert do(send_soon, hq) is False
    hq.refresh_from_db()
    assert hq.next_attempt_at == NOW


@pytest.mark.django_db
def test_whoever_asks_is_told_that_it_is_being_sent_to() -> None:
    hq = make_destination(leased_until=NOW + timedelta(minutes=1))
    assert do(send_soon, hq) is True


@pytest.mark.django_db
def test_batches_are_as_large_again_as_at_the_beginning() -> None:
    hq = make_destination(batch_limit=125)
    do(widen_batches, hq)
    hq.refresh_from_db()
    assert hq.batch_limit == 1_000
    assert AuditEntry.objects.get().facts["was"] == 125


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("deed", "state", "given"),
    [
        (stop, "STOPPED", {"reason": "x"}),
        (start, "ACTIVE", {}),
        (start, "FAILING", {}),
        (send_soon, "STOPPED", {}),
        (widen_batches, "ACTIVE", {}),
    ],
)
def test_what_has_been_done_is_not_done_again(deed: Any, state: str, given: Any) -> None:
    hq = make_destination(state=state, reason="401")
    with pytest.raises(SyncStateConflict):
        do(deed, hq, **given)
    assert not AuditEntry.objects.exists()


class Bell(Celery):
    """A Celery app that keeps what is asked of it, or has no broker."""

    def __init__(self, *, is_away: bool = False) -> None:
        super().__init__("bell", set_as_current=False, fixups=[])
        self.asked: list[str] = []
        self.is_away = is_away

    def send_task(self, name: str, *args: Any, **options: Any) -> None:  # type: ignore[override]
        if self.is_away:
            raise ConnectionRefusedError("the broker is away")
        self.asked.append(name)


def ring_with(bell: Bell) -> bool:
    bell.set_current()
    try:
        return ring()
    finally:
        celery_app.set_current()


def test_a_worker_is_asked_to_send() -> None:
    bell = Bell()
    assert ring_with(bell) is True
    assert bell.asked == ["sync.dispatch"]


def test_a_broker_that_is_away_is_said_and_no_failure() -> None:
    assert ring_with(Bell(is_away=True)) is False
