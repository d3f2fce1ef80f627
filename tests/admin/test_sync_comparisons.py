"""Comparisons in the back office: what differs by its name; and a chart of accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apps.sync.models import Destination
from tests.sync.office_rows import SECRET, make_comparison, make_destination

from .office import errors_of, form_on, save, send, text_of, url, url_of

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db
LIST = "sync_syncreconciliation_changelist"
TOTAL = {
    "store": "BRW",
    "type": "order.completed",
    "ours_count": 1234,
    "ours_cents": 213_900,
    "theirs_count": 1233,
    "theirs_cents": 211_761,
    "verdict": "differs",
}
SENTENCE = "order BRW-1-261122-0001, $21.39, is missing there"


def test_a_comparison_names_what_differs_and_shows_both_sums(owner: Client) -> None:
    row = make_comparison(
        make_destination(),
        state="DIFFERS",
        totals=[TOTAL],
        differences=[{"sentence": SENTENCE}],
        difference_count=501,
    )
    page = text_of(owner.get(url_of(row)))
    for shown in (SENTENCE, "And 500 more.", "1,234", "$2,139.00", "$2,117.61", "Nothing was"):
        assert shown in page


def test_one_that_could_not_be_made_says_why(owner: Client) -> None:
    row = make_comparison(
        make_destination(), state="NOT_COMPARED", detail="It shows no totals: HTTP 404."
    )
    assert "It shows no totals: HTTP 404." in text_of(owner.get(url_of(row)))
    assert "not compared" in text_of(owner.get(url(LIST)))


def test_nobody_changes_one(owner: Client) -> None:
    assert (
        owner.post(url_of(make_comparison(make_destination())), {"day": "2026-01-01"}).status_code
        == 403
    )


def test_a_chart_of_accounts_is_typed_with_its_destination(owner: Client) -> None:
    chart = '{"accounts": {"cash": {"code": "57000"}}}'
    typed = {"name": "Books", "code": "books", "url": "https://books.test/", "options": chart}
    save(owner, url("sync_destination_add"), **typed, format="JOURNAL", new_secret=SECRET)
    books = Destination.objects.get()
    assert books.options == {"accounts": {"cash": {"code": "57000"}}}
    save(owner, url_of(books), options="{}")
    books.refresh_from_db()
    assert books.options == {}


def test_a_chart_that_cannot_be_read_is_refused_with_what_to_write(owner: Client) -> None:
    books = make_destination(format="JOURNAL")
    form = form_on(owner, url_of(books)) | {"options": '{"accounts": {"petty": {}}}'}
    answer = send(owner, url_of(books), form)
    assert "No account is called petty" in str(errors_of(answer))
    books.refresh_from_db()
    assert books.options == {}


def test_why_one_was_not_reached_is_said_in_plain_words(manager: Client) -> None:
    heard = "ConnectionError: HTTPConnectionPool: [Errno 111] Connection refused"
    comparison = make_comparison(make_destination(), state="NOT_REACHED", detail=heard)
    page = text_of(manager.get(url_of(comparison)))
    assert "Nothing answers at its address: see whether it runs." in page
    assert "HTTPConnectionPool" not in page
