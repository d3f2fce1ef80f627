"""A batch that is none is refused as a whole, and whatever comes is answered."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.sync.models import ReceivedBatch, ReceivedFact
from apps.sync.services.receiving import columns

from .sender import adjusted, captured, statuses, voided

if TYPE_CHECKING:
    from .sender import Sender

pytestmark = pytest.mark.django_db
ANSWERED = {200, 400, 403, 409, 413, 422}

BODIES: dict[str, tuple[bytes, int, str]] = {
    "nothing but blanks": (b"  ", 400, "json-invalid"),
    "no JSON": (b"{", 400, "json-invalid"),
    "no UTF-8": (b'{"a": "\xff"}', 400, "json-invalid"),
    "nested beyond reading": (b"[" * 1_000_000, 400, "json-invalid"),
    "quotes out of order": (b'{"events": [{"a": "}, NaN', 400, "json-invalid"),
    "a list": (b"[]", 400, "validation-failed"),
    "a number": (b"7", 400, "validation-failed"),
    "an empty object": (b"{}", 400, "validation-failed"),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_body_that_is_no_batch_is_refused(sender: Sender, name: str) -> None:
    body, status, code = BODIES[name]
    response = sender.post(body)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert not ReceivedBatch.objects.exists()


FIELDS: dict[str, tuple[dict[str, Any], int, str]] = {
    "a field too many": ({"note": 1}, 400, "unknown-field"),
    "no text as batch id": ({"batch_id": 7}, 400, "validation-failed"),
    "an empty batch id": ({"batch_id": ""}, 400, "validation-failed"),
    "a batch id with a NUL": ({"batch_id": "a\x00"}, 400, "validation-failed"),
    "a batch id that is long": ({"batch_id": "x" * 101}, 400, "validation-failed"),
    "no text as source": ({"source": None}, 400, "validation-failed"),
    "a sequence of zero": ({"sequence": 0}, 400, "validation-failed"),
    "a negative sequence": ({"sequence": -5}, 400, "validation-failed"),
    "a sequence beyond all": ({"sequence": 2**63}, 400, "validation-failed"),
    "a sequence far beyond": ({"sequence": 10**30}, 400, "validation-failed"),
    "a sequence as a float": ({"sequence": 1.5}, 400, "validation-failed"),
    "a sequence that is true": ({"sequence": True}, 400, "validation-failed"),
    "no list": ({"events": {}}, 422, "no-events-readable"),
    "no events": ({"events": []}, 422, "no-events-readable"),
    "none that could be answered": ({"events": [1, {"id": "x"}]}, 422, "no-events-readable"),
    "too many": ({"events": [1] * 1_001}, 413, "batch-too-large"),
}


@pytest.mark.parametrize("name", FIELDS)
def test_a_batch_that_is_wrong_is_refused(sender: Sender, name: str) -> None:
    fields, status, code = FIELDS[name]
    response = sender.post(sender.batch(captured(), **fields))
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert not ReceivedFact.objects.exists()


@pytest.mark.parametrize("field", ["batch_id", "source", "sequence", "events"])
def test_a_batch_that_lacks_something_is_told_what(sender: Sender, field: str) -> None:
    batch = sender.batch(captured())
    del batch[field]
    response = sender.post(batch)
    assert [error["pointer"] for error in response.json()["errors"]] == [f"/{field}"]


def test_a_thousand_events_are_taken(sender: Sender) -> None:
    answer = sender.send(*[adjusted(1, f"SKU-{n}") for n in range(1_000)], sequence=1)
    assert set(statuses(answer)) == {"accepted"}
    assert answer["next_expected_sequence"] == 1_001


def test_an_empty_body_is_refused(sender: Sender) -> None:
    response = sender.post(b"", Content_Type="application/json")
    assert response.status_code in {400, 415}


@pytest.mark.postgres
def test_what_the_database_refuses_all_the_same_is_refused_and_leaves_nothing(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(columns, "MOST_UNITS", 2**62)
    response = sender.post(sender.batch(adjusted(2**62), adjusted(2**62)))
    assert (response.status_code, response.json()["code"]) == (422, "batch-unstorable")
    assert not ReceivedFact.objects.exists()


# --- Whatever comes -------------------------------------------------------------------------------

TEXTS = st.text(st.characters(), max_size=8)
NUMBERS = st.integers(-(2**70), 2**70) | st.floats(allow_nan=True, allow_infinity=True)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
GOOD = [captured(), adjusted(3), voided({"BRB-1": 1})]


@st.composite
def events(draw: Any) -> Any:
    """A good event, or one with something else in some of its places, or anything at all."""
    event = json.loads(json.dumps(draw(st.sampled_from(GOOD))))
    for _ in range(draw(st.integers(0, 2))):
        place = draw(st.sampled_from([event, event["data"]])) if "data" in event else event
        if isinstance(place, dict) and place:
            place[draw(st.sampled_from(sorted(place)) | TEXTS)] = draw(VALUES)
    return draw(st.just(event) | VALUES) if draw(st.booleans()) else event


@st.composite
def bodies(draw: Any) -> bytes:
    """A batch of such events as Python writes JSON, perhaps with some bytes changed."""
    batch = {"batch_id": draw(TEXTS) or "b", "source": "miami", "sequence": draw(NUMBERS)}
    if draw(st.booleans()):
        batch |= {"batch_id": str(draw(st.uuids())), "sequence": draw(st.integers(1, 30))}
    batch["events"] = draw(st.lists(events(), min_size=1, max_size=4))
    body = json.dumps(batch, ensure_ascii=draw(st.booleans()))
    raw = bytearray(body.encode("utf-8", "surrogatepass"))
    for _ in range(draw(st.integers(0, 2)) if draw(st.booleans()) else 0):
        raw[draw(st.integers(0, len(raw) - 1))] = draw(st.integers(0, 255))
    return bytes(raw)


@settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(body=bodies())
def test_whatever_comes_is_answered(sender: Sender, body: bytes) -> None:
    response = sender.post(body)
    assert response.status_code in ANSWERED, response.content
    again = sender.post(body)
    assert (again.status_code, again.content) == (response.status_code, response.content)
    facts = ReceivedFact.objects.filter(state="ACCEPTED").count()
    assert sender.peer.accepted_count == facts
