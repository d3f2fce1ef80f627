"""From a terminal: send now, see how things stand, add a destination."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from apps.core.models import AuditEntry, OutboxEvent, OutboxSequence
from apps.sync.figures import with_backlog
from apps.sync.models import Destination, Undelivered
from apps.sync.services.leasing import claim
from apps.sync.tasks import dispatch
from tests.conftest import NOON
from tests.sync.listening import Peer, Reply
from tests.sync.office import (
    CODE,
    SECRET,
    Sender,
    destination,
    everything_is_there,
    make_destination,
    tell,
)

if TYPE_CHECKING:
    from pytest_django import Settings

    from tests.sync.listening import Listener

pytestmark = pytest.mark.django_db
URL = "https://office.example.com/api/sync"


def said(name: str, *arguments: str) -> str:
    out = io.StringIO()
    call_command(name, *arguments, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def refused(name: str, *arguments: str) -> str:
    with pytest.raises(CommandError) as refusal:
        said(name, *arguments)
    assert refusal.value.returncode == 1
    return str(refusal.value)


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"opensesame\n{SECRET}\n"))


# --- sync_now -------------------------------------------------------------------------------------


def test_sync_now_sends_without_broker_or_worker(
    sender: Sender, peer: Peer, settings: Settings
) -> None:
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    tell(5)
    assert said("sync_now") == "head-office: 5 facts are there.\n"
    assert everything_is_there(peer)


def test_sync_now_does_not_wait_until_it_is_time(sender: Sender, peer: Peer) -> None:
    tell(2)
    there = destination()
    there.next_attempt_at, there.state = sender.now.replace(year=2030), "FAILING"
    there.save()
    said("sync_now", "head-office")
    assert everything_is_there(peer)


@pytest.mark.django_db(transaction=True)
def test_sync_now_sends_all_destinations_or_the_one_that_is_named(
    sender: Sender, peer: Peer, listener: Listener
) -> None:
    make_destination(listener.url, code="books")
    tell(3)
    said("sync_now", "books")
    assert (destination().settled_through, destination("books").settled_through) == (0, 3)
    assert "books: 3 facts" in said("sync_now")
    assert destination().settled_through == 3


def test_sync_now_says_who_does_not_take_facts(sender: Sender, peer: Peer) -> None:
    tell()
    there = destination()
    there.state = "FAILING"
    there.save()
    peer.script.append(Reply(502, {"detail": "Away"}))
    assert "502 Away. Nothing is lost" in refused("sync_now")


def test_sync_now_says_what_to_do_about_one_that_is_stopped(sender: Sender, peer: Peer) -> None:
    tell()
    peer.script.append(Reply(401, {"detail": "Who are you?"}))
    assert "Mend its address, token or secrets" in refused("sync_now")
    assert "head-office is stopped" in refused("sync_now")


def test_sync_now_says_that_another_run_sends(sender: Sender, peer: Peer) -> None:
    tell(3)
    assert claim(CODE, now=timezone.now())
    assert "head-office has 3 facts to come: another run sends to it" in refused("sync_now")
    assert peer.heard == []


def test_sync_now_names_dead_letters(sender: Sender, peer: Peer) -> None:
    peer.poison = {1}
    tell(2)
    assert "did not take 1 fact:" in refused("sync_now")


def test_sync_now_names_the_destinations_where_a_code_is_none(sender: Sender) -> None:
    assert refused("sync_now", "nowhere") == (
        "There is no destination nowhere. There are: head-office."
    )


def test_without_a_destination_it_says_how_to_add_one(db: None) -> None:
    assert "add_destination" in said("sync_now")
    assert "add_destination" in said("sync_status")


# --- sync_status ----------------------------------------------------------------------------------


def test_sync_status_shows_what_waits_and_what_was_not_taken(sender: Sender, peer: Peer) -> None:
    peer.poison = {2}
    tell(3)
    sender.run()
    tell(4)
    table = said("sync_status")
    assert "head-office" in table
    assert "1 DEAD" in table


def test_sync_status_for_a_program_is_json(sender: Sender, peer: Peer) -> None:
    tell(4)
    (row,) = json.loads(said("sync_status", "--json"))
    assert (row["code"], row["state"], row["pending"]) == ("head-office", "ACTIVE", 4)
    assert row["oldest_at"] == "2026-11-22T17:00:00+00:00"


def test_sync_status_counts_facts_that_no_worker_has_numbered(sender: Sender) -> None:
    tell(2)
    OutboxEvent.objects.update(sequence=None)
    OutboxSequence.objects.update(last=0)
    (row,) = json.loads(said("sync_status", "--json"))
    assert (row["pending"], row["oldest_at"]) == (2, "2026-11-22T17:00:00+00:00")
    (listed,) = with_backlog(Destination.objects.all())
    assert (listed.pending, listed.oldest_at) == (2, NOON)


@pytest.mark.parametrize("state", ["RETRY", "SUSPECT", "REPLAY"])
def test_sync_status_counts_what_is_sent_again_by_itself(
    sender: Sender, peer: Peer, state: str
) -> None:
    peer.poison = {1}
    tell(1)
    sender.run()
    Undelivered.objects.update(state=state)
    OutboxEvent.objects.update(occurred_at=NOON - timedelta(hours=1))
    (row,) = json.loads(said("sync_status", "--json"))
    assert (row["pending"], row["oldest_at"]) == (1, "2026-11-22T16:00:00+00:00")
    Undelivered.objects.update(state="HELD")
    (row,) = json.loads(said("sync_status", "--json"))
    assert (row["pending"], row["oldest_at"]) == (0, None)


# --- add_destination ------------------------------------------------------------------------------


@pytest.mark.parametrize(("begins", "settled"), [("--from-now", 3), ("--from-first", 0)])
@pytest.mark.usefixtures("db", "typed")
def test_a_destination_is_told_from_now_or_from_the_first_fact(begins: str, settled: int) -> None:
    tell(3)
    said("add_destination", "books", URL, begins)
    there = destination("books")
    assert (there.token, there.secret) == ("opensesame", SECRET)
    assert (there.starts_after, there.settled_through) == (settled, settled)
    assert AuditEntry.objects.filter(action="destination.added").count() == 1


@pytest.mark.parametrize("url", ["http://office.example.com/", "ftp://x/", "office", "https://"])
@pytest.mark.usefixtures("db", "typed")
def test_an_address_in_the_clear_is_refused(url: str) -> None:
    assert "https:// addresses alone" in refused("add_destination", "books", url, "--from-now")


@pytest.mark.usefixtures("db")
def test_a_secret_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("opensesame\nhunter2\n"))
    assert "whsec_" in refused("add_destination", "books", URL, "--from-now")


# --- The environment ------------------------------------------------------------------------------


@pytest.fixture
def environment(db: None, settings: Settings, listener: Listener) -> None:
    settings.SYNC_URL, settings.SYNC_TOKEN = listener.url, "opensesame"
    settings.SYNC_SECRET = SECRET


@pytest.mark.usefixtures("environment")
def test_the_head_office_of_the_environment_is_told_everything(peer: Peer) -> None:
    tell(3)
    said("sync_now")
    assert everything_is_there(peer)


@pytest.mark.usefixtures("environment")
def test_it_is_made_once_and_then_belongs_to_the_back_office(peer: Peer) -> None:
    assert dispatch() == 1
    there = destination()
    there.url = URL
    there.save()
    assert dispatch() == 1
    assert destination().url == URL
