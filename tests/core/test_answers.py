"""Answers of actions whose effect is outside the database: kept once, whoever was first."""

from __future__ import annotations

import pytest

from apps.core.answers import Request, find_replay, keep_answer
from apps.core.errors import IdempotencyKeyReused
from tests.conftest import NOON

pytestmark = pytest.mark.django_db(transaction=True)
ASKED = Request("terminal:1", "k", "POST /payments", {"amount_cents": 500})
OTHER = Request("terminal:1", "k", "POST /payments", {"amount_cents": 501})


def test_nothing_is_replayed_before_an_answer_is_kept() -> None:
    assert find_replay(ASKED) is None


def test_a_kept_answer_is_replayed_byte_for_byte() -> None:
    kept = keep_answer(ASKED, 201, {"status": "authorized"}, now=NOON)
    replay = find_replay(ASKED)
    assert replay is not None
    assert (replay.status, replay.body, replay.is_replay) == (201, kept.body, True)


def test_of_two_twins_both_get_the_answer_of_the_first() -> None:
    first = keep_answer(ASKED, 202, {"status": "unknown"}, now=NOON)
    second = keep_answer(ASKED, 201, {"status": "authorized"}, now=NOON)
    assert (second.status, second.body, second.is_replay) == (202, first.body, True)


def test_a_key_of_another_request_is_refused() -> None:
    keep_answer(ASKED, 201, {}, now=NOON)
    with pytest.raises(IdempotencyKeyReused):
        find_replay(OTHER)
    with pytest.raises(IdempotencyKeyReused):
        keep_answer(OTHER, 201, {}, now=NOON)
