"""Whatever comes back is understood as something, and only a whole answer is a delivery."""

from __future__ import annotations

import json
from datetime import timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.sync.rules import (
    Answer,
    Sent,
    Verdict,
    backoff,
    clean,
    is_safe_address,
    next_size,
    read_answer,
    read_retry_after,
    strikes_needed,
)
from tests.conftest import NOON

IDS = ["a", "b", "c"]
SENT = Sent("batch", 11, IDS, NOON)
WHOLE = {"batch_id": "batch", "results": [{"id": each, "status": "accepted"} for each in IDS]}
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=9,
)


def verdict(document: object, status: int = 200) -> Verdict:
    return read_answer(Answer(status, body=json.dumps(document).encode()), SENT).verdict


def test_an_answer_that_names_the_batch_and_every_fact_is_a_delivery() -> None:
    assert verdict(WHOLE) is Verdict.DELIVERED


def test_the_order_of_the_results_does_not_matter() -> None:
    assert verdict({**WHOLE, "results": WHOLE["results"][::-1]}) is Verdict.DELIVERED


@pytest.mark.parametrize(
    "results",
    [
        [],
        WHOLE["results"][:2],
        [*WHOLE["results"], {"id": "d", "status": "accepted"}],
        [*WHOLE["results"], WHOLE["results"][0]],
        [*WHOLE["results"][:2], {"id": "d", "status": "accepted"}],
        [*WHOLE["results"][:2], {"id": "c", "status": "fine"}],
        [*WHOLE["results"][:2], {"id": "c"}],
        [*WHOLE["results"][:2], "c"],
        [*WHOLE["results"][:2], {"id": [], "status": {}}],
        {"a": 1},
        None,
    ],
)
def test_results_that_are_not_one_for_each_fact_are_no_delivery(results: object) -> None:
    assert verdict({**WHOLE, "results": results}) is Verdict.BROKEN


def test_a_rejected_fact_is_named_by_its_number_and_the_others_arrived() -> None:
    results = [*WHOLE["results"][:2], {"id": "c", "status": "rejected", "code": "no"}]
    outcome = read_answer(
        Answer(200, body=json.dumps({**WHOLE, "results": results}).encode()), SENT
    )
    assert (outcome.arrived_count, [each.sequence for each in outcome.rejected]) == (2, [13])


@given(document=json_values, status=st.sampled_from([200, 201, 400, 403, 409, 413, 429, 500, 503]))
def test_no_json_is_a_delivery_by_chance_and_none_raises(document: object, status: int) -> None:
    assert verdict(document, status) is not Verdict.DELIVERED


@given(
    status=st.sampled_from([None, 200, 201, 202, 204]) | st.integers(100, 999),
    body=st.binary(max_size=60),
    headers=st.dictionaries(st.sampled_from(["retry-after", "date"]), st.text(max_size=30)),
)
def test_no_bytes_are_a_delivery_by_chance_and_none_raise(
    status: int | None, body: bytes, headers: dict[str, str]
) -> None:
    outcome = read_answer(Answer(status, headers, body, "gone"), SENT)
    assert outcome.verdict is not Verdict.DELIVERED
    assert outcome.wait_seconds is None or 0 <= outcome.wait_seconds <= 3_600


@given(change=json_values, name=st.sampled_from(["batch_id", "results", "gaps"]))
def test_one_field_that_is_something_else_never_raises(change: object, name: str) -> None:
    outcome = read_answer(Answer(200, body=json.dumps({**WHOLE, name: change}).encode()), SENT)
    assert (outcome.verdict is Verdict.DELIVERED) == (name == "gaps")


@given(
    expected=json_values,
    name=st.sampled_from(["expected_sequence", "next_expected_sequence", "expected_seq"]),
)
def test_only_a_number_of_a_fact_can_be_gone_back_to(expected: object, name: str) -> None:
    is_number = type(expected) is int and 1 <= expected < 2**63 and expected != SENT.first
    assert (verdict({name: expected}, 409) is Verdict.REWIND) == is_number


def test_deeply_nested_answers_are_garbage() -> None:
    answer = Answer(200, body=b"[" * 100_000)
    assert read_answer(answer, SENT).verdict is Verdict.BROKEN


@given(size=st.integers(2, 1_000), data=st.data())
def test_a_poisonous_fact_is_alone_after_few_halvings(size: int, data: st.DataObject) -> None:
    poison = data.draw(st.integers(1, size))
    settled, bad_until, requests = 0, None, 0
    while settled < poison:
        count = next_size(settled_through=settled, bad_until=bad_until, limit=size)
        last, requests = settled + count, requests + 1
        if not settled < poison <= last:
            settled = last
        elif count == 1:
            break
        else:
            bad_until = last
    assert requests <= size.bit_length() + 2


@given(roll=st.floats(0, 1), attempt=st.integers(1, 50))
def test_the_wait_between_attempts_is_anything_up_to_its_base(roll: float, attempt: int) -> None:
    most = timedelta(seconds=5 if attempt == 1 else 30)
    assert timedelta(0) <= backoff(attempt, roll) <= most


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0), ("17", 17), ("3600", 3_600), ("3601", 3_600), ("9" * 400, 3_600),
        ("", None), ("-1", None), ("soon", None), ("1.5", None), ("٣", None),
        (format_datetime(NOON + timedelta(seconds=90)), 90),
        (format_datetime(NOON - timedelta(days=1)), 0),
        (format_datetime(NOON + timedelta(days=400)), 3_600),
        ("Fri, 31 Dec 9999 23:59:59 -2359", None),
    ],
)  # fmt: skip
def test_a_retry_after_is_read_as_the_standard_says(text: str, seconds: float | None) -> None:
    assert read_retry_after(text, NOON) == seconds


def test_a_single_fact_is_accused_by_nothing_less_than_three_attempts() -> None:
    assert strikes_needed(count=1, bad_until=9) == strikes_needed(count=9, bad_until=None) == 3
    assert strikes_needed(count=2, bad_until=9) == 1


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://office.example.com/api/sync", True), ("http://localhost:8000/api/sync", True),
        ("http://127.0.0.1/", True), ("http://[::1]:9/", True),
        ("http://office.example.com/", False), ("http://127.0.0.1.example.com/", False),
        ("http://localhost.example.com/", False), ("https://", False), ("", False),
        ("https://me:secret@office.example.com/", False), ("ftp://localhost/", False),
        ("https://x:port/", False), ("http://[::1", False), ("//localhost/", False),
    ],
)  # fmt: skip
def test_facts_go_under_tls_or_to_this_machine(url: str, *, safe: bool) -> None:
    assert is_safe_address(url) is safe


@given(st.text(), st.integers(1, 600))
def test_words_of_others_are_short_and_can_be_stored(text: str, most: int) -> None:
    kept = clean(text, most)
    assert len(kept) <= most
    assert kept.isprintable()
    kept.encode()


def test_clocks_that_differ_are_named_only_where_the_door_is_closed_for_it() -> None:
    near = {"date": format_datetime(NOON + timedelta(minutes=3), usegmt=True)}
    far = {"date": format_datetime(NOON - timedelta(minutes=30), usegmt=True)}
    assert read_answer(Answer(403, near), SENT).verdict is Verdict.STOP
    assert read_answer(Answer(403, far), SENT).verdict is Verdict.SILENT
    assert read_answer(Answer(401, far), SENT).verdict is Verdict.STOP
