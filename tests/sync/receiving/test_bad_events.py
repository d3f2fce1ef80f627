"""One bad event spoils no other: it is kept as rejected, and named."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import orjson
import pytest

from apps.core import event_schemas
from apps.sync.models import ReceivedFact, RemoteStock

from .sender import adjusted, captured, codes, event_of, statuses, voided

if TYPE_CHECKING:
    from .sender import Document, Sender

pytestmark = pytest.mark.django_db
NESTED = json.loads("[" * 300 + "]" * 300)


def with_data(event: Document, **fields: Any) -> Document:
    return {**event, "data": {**event["data"], **fields}}


BAD: dict[str, tuple[Any, str]] = {
    "no object": (5, "event-malformed"),
    "nothing": (None, "event-malformed"),
    "no id": ({k: v for k, v in captured().items() if k != "id"}, "event-malformed"),
    "an id that is none": ({**captured(), "id": "evt-1"}, "event-malformed"),
    "an id that is a number": ({**captured(), "id": 7}, "event-malformed"),
    "an id with a NUL": ({**captured(), "id": "\x00" * 36}, "event-malformed"),
    "a field too many": ({**captured(), "note": ""}, "event-malformed"),
    "a field too few": ({"id": str(uuid4())}, "event-malformed"),
    "a type that is none": ({**captured(), "type": None}, "event-malformed"),
    "a type that is long": ({**captured(), "type": "x" * 81}, "event-malformed"),
    "a version that is text": ({**captured(), "version": "1"}, "event-malformed"),
    "a version that is true": ({**captured(), "version": True}, "event-malformed"),
    "a version that is huge": ({**captured(), "version": 2**40}, "event-malformed"),
    "an aggregate with a NUL": ({**captured(), "aggregate": "a\x00b"}, "event-malformed"),
    "an aggregate that is long": ({**captured(), "aggregate": "x" * 121}, "event-malformed"),
    "a time without a zone": (
        {**captured(), "occurred_at": "2026-11-22T17:00:00"},
        "event-malformed",
    ),
    "a time before all times": (
        {**captured(), "occurred_at": "0001-01-01T00:00:00+14:00"},
        "event-malformed",
    ),
    "a time that is a number": ({**captured(), "occurred_at": 1795366800}, "event-malformed"),
    "an unknown type": (event_of("order.eaten", "order:1", {}), "event-type-unknown"),
    "a type that is a path": (event_of("../events/x", "order:1", {}), "event-type-unknown"),
    "an unknown version": ({**captured(), "version": 2}, "event-version-unknown"),
    "data that is no object": ({**captured(), "data": []}, "event-invalid"),
    "data with a field too many": (captured(colour="red"), "event-invalid"),
    "a sum that is no whole number": (captured(2139, captured_cents=2139.5), "event-invalid"),
    "a sum written as a float": (captured(2139, captured_cents=2139.0), "event-invalid"),
    "a sum beyond all money": (captured(10**13), "event-invalid"),
    "a sum beyond all integers": (captured(10**30), "event-invalid"),
    "units beyond all shelves": (adjusted(2**62), "event-invalid"),
    "a day that is none": (voided({}, business_date="2026-02-30"), "event-invalid"),
    "a number that is long": (voided({}, number="9" * 81), "event-invalid"),
    "a NUL in a text": (with_data(captured(), card_brand="vi\x00sa"), "event-unstorable"),
    "a NUL in a name": (voided({"BRB\x00": 1}), "event-unstorable"),
    "data that is nested": (with_data(captured(), note=NESTED), "event-unstorable"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_event_is_kept_as_rejected_and_the_good_ones_count(sender: Sender, name: str) -> None:
    event, code = BAD[name]
    answer = sender.send(adjusted(10), event, adjusted(5), sequence=1)
    assert statuses(answer) == ["accepted", "rejected", "accepted"]
    assert answer["results"][1]["code"] == code
    assert answer["results"][1]["detail"]
    assert RemoteStock.objects.get().on_hand == 15
    fact = ReceivedFact.objects.get(state="REJECTED")
    assert (fact.code, fact.sequence, fact.payload) == (code, 2, None)
    assert orjson.loads(fact.raw) == orjson.loads(json.dumps(event))


def test_a_text_with_two_backslashes_before_u0000_is_no_nul(sender: Sender) -> None:
    event = captured(card_brand="\\u0000")
    assert statuses(sender.send(event)) == ["accepted"]
    assert ReceivedFact.objects.get().payload == event["data"]


# What is no JSON as a whole, in the place of `null` in the list of events.
UNREADABLE = {
    "a lone surrogate": b'{"id": "x", "data": "\\ud800"}',
    "NaN": b'{"a": NaN}',
    "a number beyond all": b"1e999",
    "an integer beyond all": b"9" * 1_000,
    "no UTF-8": b'{"id": "\xff\xfe"}',
    "a control character": b'"\x01"',
    "nested in a thousand": b"[" * 2_000 + b"]" * 2_000,
    "nested objects": b'{"a":' * 2_000 + b"1" + b"}" * 2_000,
    "a bad escape": b'"\\x"',
    "a comma too many": b'{"a": 1,}',
    "a text with brackets": b'["]},{", NaN]',
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_an_event_that_is_no_json_spoils_no_other(sender: Sender, name: str) -> None:
    raw = UNREADABLE[name]
    body = json.dumps(sender.batch(adjusted(10), None, adjusted(5))).encode()
    response = sender.post(body.replace(b"null, {", raw + b", {"))
    assert statuses(response.json()) == ["accepted", "rejected", "accepted"]
    assert codes(response.json())[1] == "event-unreadable"
    assert RemoteStock.objects.get().on_hand == 15
    fact = ReceivedFact.objects.get(state="REJECTED")
    assert fact.raw == raw.decode("utf-8", "replace")


def test_of_a_field_that_comes_twice_the_last_one_counts(sender: Sender) -> None:
    event = adjusted(10)
    body = json.dumps(sender.batch(event, adjusted(5))).encode()
    twice = body.replace(b'{"id":', b'{"id": 7, "data": null, "id":', 1)
    assert statuses(sender.post(twice).json()) == ["accepted", "accepted"]
    assert ReceivedFact.objects.earliest("position").payload == event["data"]


def test_a_rejected_event_is_looked_at_again_when_it_comes_again(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = adjusted(10)
    known = event_schemas.list_known()
    with monkeypatch.context() as before_the_upgrade:
        less = {k: v for k, v in known.items() if k != "inventory.adjusted"}
        before_the_upgrade.setattr("apps.sync.services.receiving.judging.list_known", lambda: less)
        assert codes(sender.send(event, sequence=1)) == ["event-type-unknown"]
        assert codes(sender.send(event, sequence=1)) == ["event-type-unknown"]
        assert (ReceivedFact.objects.count(), sender.peer.rejected_count) == (1, 1)
    assert statuses(sender.send(event, sequence=1)) == ["accepted"]
    assert RemoteStock.objects.get().on_hand == 10
    assert ReceivedFact.objects.get().state == "ACCEPTED"
    peer = sender.peer
    assert (peer.accepted_count, peer.rejected_count, peer.warning) == (1, 0, "")


def test_an_accepted_event_stays_whatever_comes_under_its_id(sender: Sender) -> None:
    event = adjusted(10)
    sender.send(event, sequence=1)
    answer = sender.send({**event, "type": "order.eaten"}, {**event, "data": None}, sequence=2)
    assert statuses(answer) == ["duplicate", "duplicate"]
    assert ReceivedFact.objects.get().payload == event["data"]


def test_of_good_and_bad_events_of_one_id_the_good_one_counts(sender: Sender) -> None:
    event = adjusted(10)
    answer = sender.send({**event, "version": 9}, event, sequence=1)
    assert statuses(answer) == ["rejected", "accepted"]
    assert ReceivedFact.objects.get().state == "ACCEPTED"


def test_an_event_without_an_id_is_kept_once(sender: Sender) -> None:
    for _ in range(2):
        sender.send({"note": "lost"}, captured(), sequence=1)
    assert ReceivedFact.objects.filter(state="REJECTED").count() == 1
