"""A batch that is no JSON is taken apart in one pass, whatever stands in its events."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.sync.errors import BatchTooLarge
from apps.sync.models import ReceivedFact, RemoteStock
from apps.sync.services.receiving.splitting import split_events

from .sender import adjusted, codes, statuses

if TYPE_CHECKING:
    from .sender import Sender

ROOM = 5 * 1024 * 1024 - 3_000  # bytes of a batch that has little else
MOST_SECONDS = 10  # of the processor; some two are taken

BOMBS = {
    "four million brackets": b"[" * 2_000_000 + b"]" * 2_000_000,
    "pairs of brackets": b"[" + b"[[]]," * (ROOM // 5 - 1) + b"NaN]",
    "lists that are not flat": b"[" + b"[0[]]," * (ROOM // 6 - 1) + b"NaN]",
    "commas": b"[" + b"," * (ROOM - 10) + b"]",
    "texts": b"[" + b'"",' * (ROOM // 3 - 2) + b"NaN]",
    "a text of quotes": b'["' + b'\\"' * (ROOM // 2 - 5) + b'", NaN]',
    "digits": b"9" * ROOM,
    "keys that are the same": b"{" + b'"a":{},' * (ROOM // 7 - 2) + b'"a":NaN}',
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", BOMBS)
def test_an_event_as_large_as_a_batch_spoils_no_other(sender: Sender, name: str) -> None:
    bomb = BOMBS[name]
    body = json.dumps(sender.batch(adjusted(10), None, adjusted(5))).encode()
    began = time.process_time()
    response = sender.post(body.replace(b"null, {", bomb + b", {"), packed=True)
    assert time.process_time() - began < MOST_SECONDS
    assert statuses(response.json()) == ["accepted", "rejected", "accepted"]
    assert codes(response.json())[1] == "event-unreadable"
    assert RemoteStock.objects.get().on_hand == 15
    assert ReceivedFact.objects.get(state="REJECTED").raw == bomb.decode()


ENDLESS = {
    "a text without an end": b'{"events":[NaN,"' + b'\\"' * 2_000_000,
    "texts without an end": b'{"events":[NaN' + b',"\\"' * 1_000_000,
    "lists without an end": b'{"events":[NaN' + b",[0" * 1_500_000,
    "flat lists without an end": b'{"events":[NaN,[' + b"[0]," * 1_000_000,
    "a head without an end": b'{"x":[' + b"[[]]," * 1_000_000,
    "no list at all": b'{"x":' + b'"events",' * 500_000,
}


@pytest.mark.parametrize("name", ENDLESS)
def test_what_does_not_end_is_given_up_after_one_pass(name: str) -> None:
    began = time.process_time()
    assert split_events(ENDLESS[name]) is None
    assert time.process_time() - began < MOST_SECONDS


def test_more_events_than_a_batch_may_have_are_not_taken_apart() -> None:
    assert split_events(b'{"events":[0' + b",0" * 999 + b"]}")
    with pytest.raises(BatchTooLarge):
        split_events(b'{"events":[0' + b",0" * 1_000 + b"]}")


VALUES = st.recursive(
    st.none() | st.integers() | st.text(max_size=6) | st.sampled_from(['"events":[', "\\", '"]}']),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=4) | st.just("events"), inner, max_size=4)
    ),
    max_leaves=20,
)


EVENTS, HEADS = (
    st.lists(VALUES, max_size=6),
    st.dictionaries(st.text(max_size=4), VALUES, max_size=3),
)


@given(EVENTS, HEADS)
def test_the_events_are_those_that_json_finds(
    events: list[object], head: dict[str, object]
) -> None:
    body = json.dumps({**head, "a": "events", "events": events, "z": [1]}).encode()
    parts = split_events(body)
    assert parts is not None
    assert [json.loads(raw) for raw in parts[1]] == events
    assert json.loads(parts[0])["events"] == []
