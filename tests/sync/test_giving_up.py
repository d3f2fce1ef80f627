"""A destination that is given up is told nothing more, holds nothing up, and never comes back."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django_subatomic.db import transaction

from apps.core.models import AuditEntry, OutboxEvent
from apps.sync.conservation import find_lost_facts
from apps.sync.deeds import Chosen
from apps.sync.errors import SyncStateConflict
from apps.sync.figures import HOURS, count_dead, list_steps, with_backlog
from apps.sync.models import Batch, Destination
from apps.sync.panels import list_notices
from apps.sync.services.deciding import replay
from apps.sync.services.dispatching import End
from apps.sync.services.freezing import freeze
from apps.sync.services.giving_up import Losses, give_up
from apps.sync.services.leasing import LeaseLost, claim
from apps.sync.services.pruning import KEPT, prune
from apps.sync.services.reconciling.running import list_codes
from apps.sync.services.steering import send_soon, start, stop, widen_batches
from apps.sync.standing import list_codes as list_told
from apps.sync.tasks import dispatch
from tests.conftest import NOON
from tests.factories import MANAGER
from tests.sync.listening import Peer, Reply
from tests.sync.office import CODE, Sender, destination, make_destination, tell, undelivered

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_django import Settings

    from tests.sync.listening import Listener

pytestmark = pytest.mark.django_db
LATER = NOON + KEPT + timedelta(hours=1)


def let_go(code: str = CODE, reason: str = "they have closed") -> Losses:
    with transaction():
        return give_up(actor=MANAGER, destination_id=destination(code).pk, reason=reason, now=NOON)


@pytest.fixture
def behind(sender: Sender, peer: Peer) -> Sender:
    """Of seven facts one is a dead letter, one waits behind it, and the last three wait."""
    peer.poison = {2}
    tell(4, aggregate=lambda n: "order:A" if n in {2, 4} else f"order:{n}")
    sender.run()
    peer.script.extend([Reply(502)] * 9)
    tell(3)
    sender.run()
    return sender


@pytest.fixture
def given_up(behind: Sender) -> Sender:
    let_go()
    return behind


def test_what_it_never_gets_is_counted_and_stands_in_the_audit(behind: Sender) -> None:
    assert let_go() == Losses(3, {"DEAD": 1, "HELD": 1})
    entry = AuditEntry.objects.get(action="destination.given_up")
    assert (entry.actor_name, entry.facts) == ("Maria", {
        "code": CODE, "reason": "they have closed", "told_through": 4, "waiting": 3,
        "undelivered": {"DEAD": 1, "HELD": 1},
    })  # fmt: skip


def test_nothing_is_sent_and_what_was_under_way_is_abandoned(given_up: Sender, peer: Peer) -> None:
    heard = len(peer.heard)
    assert (given_up.run(is_forced=True), dispatch(), list_told()) == (End.TAKEN, 0, [])
    assert len(peer.heard) == heard
    assert not Batch.objects.filter(state="OPEN").exists()
    assert (destination().token, destination().secret, undelivered()) == ("", "", {})


def test_who_sends_at_this_moment_loses_the_lease(sender: Sender) -> None:
    tell(2)
    lease = claim(CODE, now=sender.clock())
    assert lease is not None
    let_go()
    with pytest.raises(LeaseLost):
        freeze(lease, now=sender.clock())


def test_the_books_of_what_was_told_can_be_proved(given_up: Sender) -> None:
    assert list(find_lost_facts()) == []
    Destination.objects.update(given_up_count=1)
    assert list(find_lost_facts()) == [
        f"Of 4 facts that had their turn at {CODE}, 2 are there and 1 undelivered."
    ]


def test_it_holds_no_fact_up_and_its_batches_stay_for_their_time(
    given_up: Sender, listener: Listener
) -> None:
    make_destination(listener.url, code="other")
    listener.peer = Peer()
    given_up.run("other")
    OutboxEvent.objects.update(relayed_at=NOON)
    assert Batch.objects.filter(destination__code=CODE).exists()
    assert prune(now=LATER)
    assert not OutboxEvent.objects.filter(is_shared=True).exists()
    assert list(find_lost_facts()) == []
    assert not Batch.objects.filter(destination__code=CODE).exists()


def test_nobody_is_reminded_of_it(given_up: Sender) -> None:
    root = User.objects.create_superuser("root")
    assert [notice.text for notice in list_notices(user=root, now=LATER)] == []
    assert (list_codes(), count_dead()) == ([], 0)
    (row,) = with_backlog(Destination.objects.all())
    assert (row.pending, row.oldest_at, row.dead_count) == (0, None, 0)
    assert {step.waiting for step in list_steps(row, span=HOURS, now=LATER)} == {0}


def test_commands_leave_it_out_and_still_show_it(given_up: Sender) -> None:
    said = io.StringIO()
    call_command("sync_now", stdout=said, stderr=said)
    assert "head-office" not in said.getvalue()
    with pytest.raises(CommandError, match=r"head-office was given up: they have closed \(Maria\)"):
        call_command("sync_now", CODE)
    status = io.StringIO()
    call_command("sync_status", "--json", stdout=status)
    (row,) = json.loads(status.getvalue())
    assert (row["state"], row["pending"], row["oldest_at"]) == ("GIVEN_UP", 0, None)


@pytest.mark.parametrize("deed", [start, stop, send_soon, widen_batches, give_up])
def test_nothing_can_be_done_about_it_any_more(
    given_up: Sender, deed: Callable[..., object]
) -> None:
    given = {"reason": "x"} if deed in {stop, give_up} else {}
    with (
        pytest.raises(SyncStateConflict, match=r"given up: they have closed \(Maria\)"),
        transaction(),
    ):
        deed(actor=MANAGER, destination_id=destination().pk, now=NOON, **given)
    assert AuditEntry.objects.count() == 1


def test_no_dead_letter_of_it_is_replayed(given_up: Sender) -> None:
    with pytest.raises(SyncStateConflict, match="given up"), transaction():
        replay(actor=MANAGER, chosen=Chosen(destination().pk), now=NOON)


def test_the_environment_does_not_make_it_anew(given_up: Sender, settings: Settings) -> None:
    settings.SYNC_URL, settings.SYNC_TOKEN = "https://hq.test/api/sync", "x"
    assert dispatch() == 0
    assert Destination.objects.get().state == "GIVEN_UP"


def test_its_code_is_not_taken_twice_and_another_one_is_named(
    given_up: Sender, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_destination(listener.url, code=f"{CODE}-2")
    monkeypatch.setattr("sys.stdin", io.StringIO(f"opensesame\nwhsec_{'A' * 40}\n"))
    with pytest.raises(CommandError, match=f"such as {CODE}-3"):
        call_command("add_destination", CODE, "https://hq.test/api/sync", "--from-now")


def test_from_a_terminal_its_code_has_to_be_typed(
    behind: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = io.StringIO()
    monkeypatch.setattr("builtins.input", lambda _: "head office")
    with pytest.raises(CommandError, match="was not given up"):
        call_command("give_up_destination", CODE, "--reason", "closed", stdout=said)
    assert destination().state == "FAILING"
    call_command("give_up_destination", CODE, "--reason", "closed", "--yes", stdout=said)
    assert "3 facts that wait for it and 2 undelivered (1 dead, 1 held)" in said.getvalue()
    assert destination().reason == "closed (give_up_destination)."
    with pytest.raises(CommandError, match="There is no destination nowhere"):
        call_command("give_up_destination", "nowhere", "--reason", "x", "--yes")
