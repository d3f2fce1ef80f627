"""Batches in the back office: what was sent when, and what was answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.sync.office_rows import make_attempt, make_batch, make_destination, make_open_batch

from .office import text_of, url, url_of

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db
LIST = "sync_batch_changelist"


def test_the_list_tells_numbers_counts_and_state(manager: Client) -> None:
    hq = make_destination()
    make_batch(hq, first_sequence=5, event_count=40, rejected_count=2, attempt_count=3)
    make_batch(hq, first_sequence=44, rejected_count=1)
    make_open_batch(hq, first_sequence=45, is_replay=True)
    page = text_of(manager.get(url(LIST)))
    assert "delivered Head office 40, 2 rejected #5 to #44 3" in page
    assert "rejected Head office 1, 1 rejected #44 0" in page
    assert "open Head office 1, sent again #45 0" in page


@pytest.mark.parametrize(
    ("outcome", "count", "word", "why"),
    [
        ("TOO_LARGE", 8, "halved", "It was too large: its facts went on in smaller batches."),
        ("REFUSED", 8, "parted", "the fact at fault was looked for"),
        ("REFUSED", 1, "refused", "Its one fact was refused: it stands among the undelivered."),
        ("REWIND", 8, "sent back", "Earlier facts were missing there: they went first."),
        ("REUSED", 8, "made anew", "went under another one"),
        ("SILENT", 8, "taken back", "Somebody changed how it is told"),
    ],
)
def test_a_batch_whose_facts_went_on_in_others_says_why(
    manager: Client, outcome: str, count: int, word: str, why: str
) -> None:
    batch = make_batch(make_destination(), state="ABANDONED", event_count=count, accepted_count=0)
    make_attempt(batch, 1, outcome="SILENT")
    make_attempt(batch, 2, outcome=outcome)
    page = manager.get(url_of(batch))
    assert f"{word} Head office" in text_of(manager.get(url(LIST)))
    assert word in text_of(manager.get(url_of(batch.destination)))
    assert why in text_of(page)
    assert page.context["tone"] == ("bad" if count == 1 else "")


def test_its_page_tells_every_attempt_in_words(manager: Client) -> None:
    batch = make_batch(make_destination(), event_count=40)
    make_attempt(batch, 1, took_ms=30_004, detail="timed out")
    make_attempt(batch, 2, outcome="WAIT", status=503, took_ms=17, detail="Retry-After: 120")
    make_attempt(batch, 3, outcome="DELIVERED", status=200, detail="")
    page = text_of(manager.get(url_of(batch)))
    assert "Nobody answered Attempt 1, no answer, after 30.0 s timed out" in page
    assert "It asks us to wait Attempt 2, HTTP 503, after 17 ms Retry-After: 120" in page
    assert "It has taken the batch Attempt 3, HTTP 200" in page
    assert "ab" * 32 in page


def test_it_leads_to_the_facts_in_it(manager: Client) -> None:
    page = manager.get(url_of(make_batch(make_destination(), first_sequence=5, event_count=3)))
    address = url("core_outboxevent_changelist", sequence__gte=5, sequence__lte=7)
    assert address.replace("&", "&amp;") in page.content.decode()


def test_an_outcome_that_is_new_to_us_is_shown_as_it_is(manager: Client) -> None:
    batch = make_batch(make_destination())
    make_attempt(batch, outcome="TURNED_AWAY", detail="<script>alert(1)</script>")
    page = manager.get(url_of(batch))
    assert "Turned away" in text_of(page)
    assert b"<script>alert(1)" not in page.content


def test_megabytes_of_bytes_are_not_read_for_a_page(manager: Client) -> None:
    batch = make_open_batch(make_destination())
    for address in (url(LIST), url_of(batch), url_of(batch.destination)):
        with CaptureQueriesContext(connection) as found:
            assert manager.get(address).status_code == 200
        assert not any('"sync_batch"."body"' in query["sql"] for query in found)


def test_an_empty_list_says_what_would_be_there(manager: Client) -> None:
    assert "No batch is here." in text_of(manager.get(url(LIST)))
