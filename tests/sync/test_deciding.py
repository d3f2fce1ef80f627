"""A person decides on what did not arrive: once, in order, under their name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone
from django_subatomic.db import transaction

from apps.core.models import AuditEntry
from apps.sync.deeds import Chosen, Discarded, Replayed
from apps.sync.errors import SyncStateConflict
from apps.sync.models import Batch, Destination, Undelivered
from apps.sync.services.deciding import discard, replay
from tests.factories import MANAGER

from .office_rows import make_destination, make_fact, make_open_batch, make_undelivered

pytestmark = pytest.mark.django_db

if TYPE_CHECKING:
    from apps.core.types import Actor

THING = "order:7"


@pytest.fixture
def hq() -> Destination:
    return make_destination()


def row(hq: Destination, state: str = "DEAD", thing: str = "") -> Undelivered:
    """An undelivered fact about a thing of its own, or about this one."""
    fact = make_fact(aggregate=thing) if thing else make_fact()
    return make_undelivered(hq, fact, state=state)


def send_again(hq: Destination, *rows: Undelivered, by: Actor = MANAGER) -> Replayed:
    ids = [row.pk for row in rows] or None
    with transaction():
        return replay(actor=by, chosen=Chosen(hq.pk, ids), now=timezone.now())


def let_go(hq: Destination, *rows: Undelivered, reason: str = "not wanted there") -> Discarded:
    chosen = Chosen(hq.pk, [row.pk for row in rows])
    with transaction():
        return discard(actor=MANAGER, chosen=chosen, reason=reason, now=timezone.now())


def states() -> dict[int, str]:
    return dict(Undelivered.objects.values_list("sequence", "state"))


# --- Replaying ------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["DEAD", "RETRY"])
def test_a_fact_is_sent_again_at_the_next_turn(hq: Destination, state: str) -> None:
    dead = row(hq, state)
    assert send_again(hq, dead) == Replayed(1)
    dead.refresh_from_db()
    assert (dead.state, dead.next_attempt_at, dead.attempt_count) == ("REPLAY", None, 3)


@pytest.mark.parametrize("state", ["HELD", "REPLAY", "DISCARDED", "SUSPECT"])
def test_what_nobody_has_to_decide_on_is_not_sent_again(hq: Destination, state: str) -> None:
    why = {"discarded_at": timezone.now(), "discarded_by": "Ida", "discarded_reason": "old"}
    fields: dict[str, Any] = {"state": state, **(why if state == "DISCARDED" else {})}
    fact = make_undelivered(hq, **fields)
    with pytest.raises(SyncStateConflict):
        send_again(hq, fact)
    assert states() == {fact.sequence: state}
    assert not AuditEntry.objects.exists()


def test_all_dead_letters_of_a_destination_are_sent_again_and_nothing_else(hq: Destination) -> None:
    first, second, waits = row(hq, thing=THING), row(hq, thing=THING), row(hq, "HELD", THING)
    other = row(make_destination("accountant"))
    assert send_again(hq) == Replayed(2)
    assert states() == {
        first.sequence: "REPLAY",
        second.sequence: "REPLAY",
        waits.sequence: "HELD",
        other.sequence: "DEAD",
    }


def test_more_of_them_than_one_statement_takes_are_sent_again(
    hq: Destination, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.sync.services.deciding.AT_ONCE", 2)
    for _ in range(5):
        row(hq)
    assert send_again(hq) == Replayed(5)
    assert set(states().values()) == {"REPLAY"}


def test_a_younger_one_waits_for_the_older_one_about_the_same_thing(hq: Destination) -> None:
    older, younger = row(hq, thing=THING), row(hq, thing=THING)
    with pytest.raises(SyncStateConflict, match=f"#{older.sequence} is undecided"):
        send_again(hq, younger)
    assert send_again(hq, older, younger) == Replayed(2)


def test_of_many_those_that_can_are_sent_again_and_the_rest_is_counted(hq: Destination) -> None:
    row(hq, "SUSPECT", THING)
    behind, free = row(hq, thing=THING), row(hq)
    assert send_again(hq, behind, free) == Replayed(1, behind=1)
    assert states()[behind.sequence] == "DEAD"


def test_a_fact_of_another_destination_is_not_touched(hq: Destination) -> None:
    foreign = row(make_destination("accountant"))
    with pytest.raises(SyncStateConflict):
        send_again(hq, foreign)
    assert states() == {foreign.sequence: "DEAD"}


def test_each_deed_is_a_row_of_the_audit_with_its_numbers(hq: Destination) -> None:
    dead = row(hq)
    send_again(hq, dead)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor_name) == ("undelivered.replayed", "Maria")
    assert entry.subject == f"destination:{hq.pk}"
    assert entry.facts == {"count": 1, "numbers": [dead.sequence]}


# --- Discarding -----------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["DEAD", "RETRY", "SUSPECT", "REPLAY"])
def test_a_fact_is_let_go_of_with_a_reason_and_a_name(hq: Destination, state: str) -> None:
    fact = row(hq, state)
    assert let_go(hq, fact) == Discarded(1, freed=0)
    fact.refresh_from_db()
    assert (fact.state, fact.discarded_by) == ("DISCARDED", "Maria")
    assert fact.discarded_reason == "not wanted there"
    entry = AuditEntry.objects.get(action="undelivered.discarded")
    assert (entry.facts["reason"], entry.facts["freed"]) == ("not wanted there", 0)


def test_what_waited_behind_it_goes_at_the_next_turn(hq: Destination) -> None:
    dead, held = row(hq, thing=THING), row(hq, "HELD", THING)
    elsewhere = row(hq, "HELD", "order:8")
    assert let_go(hq, dead) == Discarded(1, freed=1)
    assert states() == {
        dead.sequence: "DISCARDED",
        held.sequence: "REPLAY",
        elsewhere.sequence: "HELD",
    }


def test_what_waits_behind_another_one_as_well_goes_on_waiting(hq: Destination) -> None:
    first, second, held = row(hq, thing=THING), row(hq, thing=THING), row(hq, "HELD", THING)
    assert let_go(hq, first).freed == 0
    assert states()[held.sequence] == "HELD"
    assert let_go(hq, second).freed == 1


def test_what_is_held_is_not_let_go_of_by_itself(hq: Destination) -> None:
    held = row(hq, "HELD", THING)
    with pytest.raises(SyncStateConflict, match="waits behind another"):
        let_go(hq, held)


def test_one_that_is_being_sent_again_is_taken_from_whoever_sends_it(hq: Destination) -> None:
    fact = row(hq, "REPLAY")
    make_open_batch(hq, is_replay=True, first_sequence=fact.sequence)
    let_go(hq, fact)
    batch, after = Batch.objects.get(), Destination.objects.get()
    assert (batch.state, bytes(batch.body)) == ("ABANDONED", b"")
    assert (after.lease_epoch, after.leased_until) == (hq.lease_epoch + 1, None)


def test_a_batch_of_other_facts_is_left_to_whoever_sends_it(hq: Destination) -> None:
    fact = row(hq)
    make_open_batch(hq, first_sequence=fact.sequence)
    make_open_batch(make_destination("accountant"), is_replay=True, first_sequence=fact.sequence)
    let_go(hq, fact)
    assert set(Batch.objects.values_list("state", flat=True)) == {"OPEN"}
    assert Destination.objects.get(pk=hq.pk).lease_epoch == hq.lease_epoch


# --- The second of two ----------------------------------------------------------------------------


def test_the_second_is_told_who_has_discarded_it_and_why(hq: Destination) -> None:
    fact = row(hq)
    let_go(hq, fact, reason="entered there by hand")
    with pytest.raises(SyncStateConflict, match=r"Maria discarded it on .*entered there by hand"):
        send_again(hq, fact)


def test_the_second_is_told_that_it_is_sent_already(hq: Destination) -> None:
    fact = row(hq)
    send_again(hq, fact)
    with pytest.raises(SyncStateConflict, match="to be sent again already"):
        send_again(hq, fact)
    assert AuditEntry.objects.count() == 1


def test_the_second_is_told_that_it_has_arrived(hq: Destination) -> None:
    fact = row(hq)
    fact_id = fact.pk
    fact.delete()
    fact.pk = fact_id
    with pytest.raises(SyncStateConflict, match="arrived meanwhile"):
        send_again(hq, fact)
