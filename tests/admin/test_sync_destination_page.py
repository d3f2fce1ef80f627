"""The page of a destination: its charts, what it says of trouble, and the fields that fit it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from apps.core.models import AuditEntry
from apps.sync.figures import DAYS, HOURS, list_steps, with_backlog
from apps.sync.models import Destination
from tests import conftest
from tests.sync.office_rows import make_batch, make_destination, make_fact, make_undelivered

from .office import save, text_of, url, url_of

if TYPE_CHECKING:
    from django.test import Client

    from apps.sync.figures import Span

pytestmark = pytest.mark.django_db
REFUSED = (
    "ConnectionError: HTTPConnectionPool(host='127.0.0.1', port=8939): Max retries exceeded with"
    " url: /api/sync (Caused by NewConnectionError: [Errno 111] Connection refused)"
)
NOON = conftest.NOON + timedelta(minutes=30)  # half past twelve on the office's clock
HOUR = timedelta(hours=1)


def steps(span: Span = HOURS) -> list[tuple[int, int]]:
    """What arrived in each step, and what waited at its end."""
    (row,) = with_backlog(Destination.objects.all())
    return [(step.synced, step.waiting) for step in list_steps(row, span=span, now=NOON)]


# --- Charts ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("span", ["hours", "days", "nonsense"])
def test_a_chart_shows_what_arrived_and_what_waited(manager: Client, span: str) -> None:
    hq = make_destination(settled_through=2)
    for sequence in range(1, 8):
        make_fact(sequence)
    make_batch(hq, event_count=2, rejected_count=1)
    page = manager.get(url_of(hq), {"span": span})
    charts = page.context["charts"]
    assert (charts["total"], charts["most"]) == (1, 5)
    (arrived,) = json.loads(charts["synced"])["datasets"]
    (waited,) = json.loads(charts["waiting"])["datasets"]
    assert (arrived["label"], arrived["data"][-1]) == ("Arrived there", 1)
    assert (waited["label"], waited["data"][-1]) == ("Waited at the end", 5)


def test_each_hour_has_what_arrived_in_it_and_what_waited_at_its_end() -> None:
    hq = make_destination(settled_through=3, created_at=NOON - 5 * HOUR)
    for sequence, ago in enumerate((4, 3, 3, 1), start=1):
        make_fact(sequence, occurred_at=NOON - ago * HOUR)
    make_batch(hq, settled_at=NOON - 2 * HOUR, first_sequence=1, event_count=3)
    assert steps()[-5:] == [(0, 1), (0, 3), (3, 0), (0, 1), (0, 1)]
    assert steps(DAYS)[-2:] == [(0, 0), (3, 1)]


def test_what_is_sent_once_more_arrives_once() -> None:
    hq = make_destination(settled_through=9, created_at=NOON - 5 * HOUR)
    make_batch(hq, settled_at=NOON - 3 * HOUR, event_count=6)
    make_batch(
        hq, settled_at=NOON - HOUR, first_sequence=4, event_count=6, accepted_count=3,
        duplicate_count=3,
    )  # fmt: skip
    assert [synced for synced, _ in steps()[-4:]] == [6, 0, 3, 0]


def test_what_arrived_while_its_answer_was_lost_counts() -> None:
    hq = make_destination(settled_through=6, created_at=NOON - 5 * HOUR)
    make_batch(hq, settled_at=NOON - HOUR, event_count=6, accepted_count=0, duplicate_count=6)
    assert steps()[-2] == (6, 0)


def test_nothing_waited_for_a_destination_that_was_not_there() -> None:
    make_destination(created_at=NOON - 2 * HOUR - timedelta(minutes=10))
    make_fact(1, occurred_at=NOON - 9 * HOUR)
    assert [waiting for _, waiting in steps()[-4:]] == [0, 1, 1, 1]


def test_a_chart_ends_with_all_that_waits_now() -> None:
    hq = make_destination(settled_through=1, created_at=NOON - 5 * HOUR)
    make_undelivered(hq, make_fact(1, occurred_at=NOON - HOUR), state="RETRY")
    make_fact(2, occurred_at=NOON)
    assert steps()[-1] == (0, 2)


# --- Words ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "reason", "said"),
    [
        ("FAILING", REFUSED, "for 2 hours. Nothing answers at its address: see whether it runs."),
        ("FAILING", "ReadTimeout: read timed out.", "It did not answer in time. Nothing is lost"),
        ("FAILING", "It breaks over everything: 500", "over everything: 500. Nothing is lost"),
        ("STOPPED", "It is closed.. Start it again.", "Nothing is sent. It is closed. Start it"),
        ("STOPPED", "Mend it, then start it again.", "then start it again. Waiting"),
        ("STOPPED", "new address (Ana)", "new address (Ana). Mend that, then press Start again."),
    ],
)
def test_trouble_is_said_in_plain_words(
    manager: Client, state: str, reason: str, said: str
) -> None:
    since = timezone.now() - 2 * HOUR
    hq = make_destination(state=state, reason=reason, failing_since=since)
    page = text_of(manager.get(url_of(hq)))
    assert said in page
    assert "HTTPConnectionPool" not in page


def test_states_of_the_undelivered_have_the_words_of_their_list(manager: Client) -> None:
    hq = make_destination(settled_through=9)
    make_undelivered(hq)
    make_undelivered(hq, state="SUSPECT")
    page = text_of(manager.get(url_of(hq)))
    assert "1 broken over , 1 dead letter" in page


# --- Fields ---------------------------------------------------------------------------------------


def test_accounts_are_asked_of_a_journal_alone(owner: Client) -> None:
    hq = make_destination(options={"kept": 1})
    books = make_destination("books", format="JOURNAL")
    assert "Accounts" not in text_of(owner.get(url_of(hq)))
    assert "Accounts" in text_of(owner.get(url_of(books)))
    save(owner, url_of(hq), name="Miami")
    hq.refresh_from_db()
    assert (hq.name, hq.options) == ("Miami", {"kept": 1})
    assert AuditEntry.objects.get(action="destination.changed").facts["fields"] == ["name"]


def test_a_secret_is_kept_only_where_there_may_be_one(owner: Client) -> None:
    kept = "Leave it empty to keep the one that is set."
    assert kept not in text_of(owner.get(url("sync_destination_add")))
    assert kept in text_of(owner.get(url_of(make_destination())))
