"""The back office takes in what is signed, whole and in order, once."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

import pytest

from tests.sandbox.backoffice.sending import event, events, line

if TYPE_CHECKING:
    from tests.sandbox.backoffice.sending import Sender


def test_a_batch_is_taken_in_and_each_event_answered(sender: Sender) -> None:
    first, second = events(2)
    answer = sender.send(first, second).json()
    assert [(result["id"], result["status"]) for result in answer["results"]] == [
        (first["id"], "accepted"),
        (second["id"], "accepted"),
    ]
    assert (answer["next_expected_sequence"], answer["gaps"]) == (3, [])
    assert [held["sequence"] for held in sender.see("events")] == [1, 2]


def test_an_event_that_comes_again_is_a_duplicate_and_counts_once(sender: Sender) -> None:
    known = event()
    sender.send(known)
    (result,) = sender.send(known, sequence=1).json()["results"]
    assert result["status"] == "duplicate"
    assert len(sender.see("events")) == 1


def test_another_event_under_a_known_id_is_rejected(sender: Sender) -> None:
    known = event()
    sender.send(known)
    (result,) = sender.send({**known, "aggregate": "order:2"}, sequence=1).json()["results"]
    assert (result["status"], result["code"]) == ("rejected", "id-reused")


def test_the_same_bytes_get_the_same_answer_and_others_under_their_id_none(sender: Sender) -> None:
    first = sender.send(event(), batch_id="b1")
    again = sender.post(sender.sent[0], "b1")
    assert (again.status_code, again.content) == (200, first.content)
    reused = sender.send(event(), batch_id="b1")
    assert (reused.status_code, reused.json()["code"]) == (409, "batch-reused")


def test_a_gap_is_refused_and_repaired_by_sending_from_what_is_expected(sender: Sender) -> None:
    sender.send(event())
    refused = sender.send(event(), sequence=4)
    assert refused.status_code == 409
    assert (refused.json()["code"], refused.json()["expected_sequence"]) == ("gap", 2)
    assert len(sender.see("events")) == 1
    assert sender.send(*events(3), sequence=2).status_code == 200


def test_a_source_begins_where_it_first_sends_from(sender: Sender) -> None:
    assert sender.send(event(), sequence=500).json()["next_expected_sequence"] == 501


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        ({"token": "another"}, 401, "not-authenticated"),
        ({"secret": "whsec_YW5vdGhlcg=="}, 403, "signature-invalid"),
        ({"shift_seconds": -400}, 403, "signature-invalid"),
        ({"shift_seconds": 400}, 403, "signature-invalid"),
    ],
)
def test_who_cannot_show_who_they_are_changes_nothing(
    sender: Sender, fault: dict[str, str], status: int, code: str
) -> None:
    for name, value in fault.items():
        setattr(sender, name, value)
    refused = sender.send(event())
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert sender.see("events") == []


def test_gzip_is_signed_as_it_is_sent_and_taken_in(sender: Sender) -> None:
    document = {"batch_id": "b1", "source": "cafe", "sequence": 1, "events": [event()]}
    body = json.dumps(document).encode()
    assert sender.post(body, "b1", compresses=True).status_code == 200


@pytest.mark.parametrize(
    ("body", "compresses", "status"),
    [
        (b"{", False, 400),
        (b"[" * 100_000, False, 400),
        (b"{}", False, 422),
        (b'{"batch_id": "b", "source": "s", "sequence": 1, "events": [{}]}', False, 422),
        (b" " * (5 * 1024 * 1024 + 1), False, 413),
        (b" " * (5 * 1024 * 1024 + 1), True, 413),
    ],
)
def test_what_is_no_batch_is_refused(
    sender: Sender, body: bytes, *, compresses: bool, status: int
) -> None:
    assert sender.post(body, "b1", compresses=compresses).status_code == status


def test_a_gzip_that_breaks_off_is_refused(sender: Sender) -> None:
    document = {"batch_id": "b1", "source": "cafe", "sequence": 1, "events": events(9)}
    half = gzip.compress(json.dumps(document).encode())[:-40]
    refused = sender.post(half, "b1")
    assert refused.status_code == 400


def test_totals_are_by_store_day_and_type(sender: Sender) -> None:
    sold = {"business_date": "2026-11-21", "total_cents": 500}
    sender.send(event(), event(), event("order.completed", data={"store": "BRW", "order": sold}))
    assert [
        (each["store"], each["day"], each["type"], each["count"], each["cents"])
        for each in sender.see("totals")
    ] == [
        ("BRW", "2026-11-21", "order.completed", 1, 500),
        ("BRW", "2026-11-22", "order.voided", 2, 2468),
    ]


def test_journal_lines_are_kept_once_and_have_to_balance(sender: Sender) -> None:
    lines = [line(1, debit=500), line(2, credit=500)]
    assert sender.post_lines(lines, "b1").json() == {"batch_id": "b1", "lines": 2, "new": 2}
    assert sender.post_lines(lines, "b2").json()["new"] == 0
    (cash, sales) = sender.see("accounts")
    assert (cash["debit_cents"], sales["credit_cents"]) == (500, 500)
    off = sender.post_lines([line(1, debit=500, entry="e2")], "b3")
    assert (off.status_code, off.json()["code"]) == (422, "not-balanced")
    assert len(sender.see("journal")) == 2
