"""Two managers decide on the same dead letter at the same instant."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.utils import timezone
from django_subatomic.db import transaction

from apps.core.models import AuditEntry
from apps.core.types import Actor, ActorKind
from apps.sync.deeds import Chosen
from apps.sync.errors import SyncStateConflict
from apps.sync.models import Destination, Undelivered
from apps.sync.services.arranging import add_second_secret, promote_secret
from apps.sync.services.deciding import discard, replay
from apps.sync.services.steering import start, stop

from .office_rows import make_destination, make_fact, make_undelivered

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
PEOPLE = 8


def person(number: int) -> Actor:
    return Actor(ActorKind.USER, str(number), f"Manager {number}", f"user:{number}")


def at_once(act: Callable[[int, Actor], object]) -> list[str]:
    """What each of several people was told who pressed the same button together."""
    barrier = Barrier(PEOPLE)

    def run(number: int) -> str:
        barrier.wait()
        try:
            with transaction():
                act(number, person(number))
        except SyncStateConflict as refusal:
            return refusal.detail
        else:
            return "done"
        finally:
            connection.close()

    with ThreadPoolExecutor(PEOPLE) as pool:
        return list(pool.map(run, range(PEOPLE)))


def test_one_of_many_replays_it_and_the_others_are_told() -> None:
    dead = make_undelivered(make_destination())
    chosen = Chosen(dead.destination_id, [dead.pk])
    told = at_once(lambda _, actor: replay(actor=actor, chosen=chosen, now=timezone.now()))
    assert told.count("done") == 1
    assert {said for said in told if said != "done"} == {
        "It is to be sent again already, at the next turn."
    }
    assert AuditEntry.objects.filter(action="undelivered.replayed").count() == 1


def test_a_fact_is_replayed_or_discarded_and_never_both_in_that_order() -> None:
    dead = make_undelivered(make_destination(), make_fact(aggregate="order:7"))
    make_undelivered(dead.destination, make_fact(aggregate="order:7"), state="HELD")
    chosen = Chosen(dead.destination_id, [dead.pk])

    def decide(number: int, actor: Actor) -> None:
        if number % 2:
            replay(actor=actor, chosen=chosen, now=timezone.now())
        else:
            discard(actor=actor, chosen=chosen, reason="no", now=timezone.now())

    at_once(decide)
    deeds = list(AuditEntry.objects.order_by("at", "pk").values_list("action", flat=True))
    assert deeds.count("undelivered.discarded") == 1
    assert deeds.count("undelivered.replayed") <= 1
    assert sorted(Undelivered.objects.values_list("state", flat=True)) == ["DISCARDED", "REPLAY"]


def test_one_of_many_stops_a_destination_and_one_starts_it() -> None:
    hq = make_destination()
    told = at_once(
        lambda _, actor: stop(actor=actor, destination_id=hq.pk, reason="x", now=timezone.now())
    )
    assert told.count("done") == 1
    assert Destination.objects.get().lease_epoch == hq.lease_epoch + 1
    told = at_once(lambda _, actor: start(actor=actor, destination_id=hq.pk, now=timezone.now()))
    assert told.count("done") == 1
    assert Destination.objects.get().state == "ACTIVE"


def test_one_of_many_adds_a_second_secret_and_it_is_the_one_that_is_used() -> None:
    hq, now = make_destination(), timezone.now()
    made: list[str] = []

    def add(_: int, actor: Actor) -> None:
        made.append(add_second_secret(actor=actor, destination_id=hq.pk, secret="", now=now))

    assert at_once(add).count("done") == 1
    told = at_once(lambda _, actor: promote_secret(actor=actor, destination_id=hq.pk, now=now))
    assert told.count("done") == 1
    hq.refresh_from_db()
    assert ([hq.secret], hq.second_secret) == (made, "")
