"""A request that is sent again gets the answer it got before; a refused one leaves its key free."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from apps.core.answers import KEPT, Answer, Request, find_answer, forget_old_answers
from apps.core.errors import BodyTooLarge, IdempotencyKeyReused, IdempotencyKeyUnknown
from apps.core.idempotency import run_once
from apps.core.models import OutboxEvent
from apps.core.reference import bump_revision, read_revision

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from apps.core.types import JSON

    type Document = dict[str, JSON]
    type Run = Callable[..., Answer]

pytestmark = pytest.mark.django_db

FIRST = Request(
    scope="terminal:1",
    key="7f3a",
    operation="POST /api/v1/orders",
    body={"lines": [{"barcode": "619947000020", "quantity": 2}], "note": "crème"},
)


@pytest.fixture
def run(now: datetime) -> Run:
    """Run a request, by default with an action that has an effect and answers with a new id."""

    def run(request: Request, action: Callable[[], tuple[int, Document]] | None = None) -> Answer:
        return run_once(request, now=now, action=action or sell)

    return run


def sell() -> tuple[int, Document]:
    """An action with one effect: the revision of reference data moves."""
    bump_revision()
    return 201, {"id": str(uuid.uuid4()), "name": "Crème de cassis ½ l"}


def never() -> tuple[int, Document]:
    pytest.fail("This action must not run.")


def test_a_first_request_runs_and_is_answered_as_itself(run: Run) -> None:
    answer = run(FIRST)
    assert (answer.status, answer.is_replay, read_revision()) == (201, False, 1)


def test_a_replayed_key_gets_the_stored_answer_byte_for_byte(run: Run) -> None:
    first = run(FIRST)
    assert run(FIRST, never) == replace(first, is_replay=True)


@pytest.mark.parametrize(
    "other",
    [
        replace(FIRST, body={"lines": []}),
        replace(FIRST, body=None),
        replace(FIRST, operation="POST /api/v1/orders/quote"),
    ],
)
def test_a_key_is_not_good_for_another_body_or_another_call(run: Run, other: Request) -> None:
    run(FIRST)
    with pytest.raises(IdempotencyKeyReused) as refusal:
        run(other, never)
    assert refusal.value.facts == {"key": FIRST.key}


def test_the_order_of_the_keys_in_a_body_makes_no_other_request(run: Run) -> None:
    run(FIRST)
    shuffled: Document = {
        "note": "crème",
        "lines": [{"quantity": 2, "barcode": "619947000020"}],
    }
    assert run(replace(FIRST, body=shuffled), never).is_replay


def test_the_order_of_a_list_in_a_body_does(run: Run) -> None:
    run(replace(FIRST, body=[1, 2]))
    with pytest.raises(IdempotencyKeyReused):
        run(replace(FIRST, body=[2, 1]), never)


@pytest.mark.parametrize("fault", [BodyTooLarge("Send less."), RuntimeError("the power went")])
def test_a_refusal_or_a_crash_undoes_everything_and_leaves_the_key_free(
    run: Run, fault: Exception
) -> None:
    def fail_after_the_effect() -> tuple[int, Document]:
        bump_revision()
        raise fault

    with pytest.raises(type(fault)):
        run(FIRST, fail_after_the_effect)
    assert read_revision() == 0
    assert not run(replace(FIRST, body={"mended": True})).is_replay


def test_an_integrity_error_of_the_action_itself_is_not_taken_for_a_replay(
    run: Run, now: datetime
) -> None:
    def write_one_id_twice() -> tuple[int, Document]:
        for _ in range(2):
            OutboxEvent.objects.create(
                event_id=uuid.UUID(int=1), type="sold", aggregate="a", payload={}, occurred_at=now
            )
        return 201, {}

    with pytest.raises(IntegrityError):
        run(FIRST, write_one_id_twice)
    assert not run(FIRST).is_replay


def test_the_same_key_of_two_terminals_is_two_keys(run: Run) -> None:
    first = run(FIRST)
    other = run(replace(FIRST, scope="terminal:2"))
    assert not other.is_replay
    assert other.body != first.body


def test_a_stored_answer_can_be_asked_for(run: Run) -> None:
    first = run(FIRST)
    found = find_answer(scope=FIRST.scope, key=FIRST.key)
    assert found == replace(first, is_replay=True)


@pytest.mark.parametrize(("scope", "key"), [("terminal:1", "7f3b"), ("terminal:2", "7f3a")])
def test_a_key_that_did_nothing_in_this_scope_is_unknown(run: Run, scope: str, key: str) -> None:
    run(FIRST)
    with pytest.raises(IdempotencyKeyUnknown):
        find_answer(scope=scope, key=key)


def test_an_answer_is_kept_for_the_whole_of_its_90_days(run: Run, now: datetime) -> None:
    run(FIRST)
    assert forget_old_answers(now=now + KEPT) == 0
    assert run(FIRST, never).is_replay


def test_an_answer_is_forgotten_right_after_its_90_days(run: Run, now: datetime) -> None:
    run(FIRST)
    run(replace(FIRST, key="another"))
    assert forget_old_answers(now=now + KEPT + timedelta(microseconds=1)) == 2
    assert not run(FIRST).is_replay


@pytest.mark.parametrize(("sent_before", "expected"), [(0, 2), (1, 1)])
def test_a_first_request_costs_two_statements_and_a_replay_one(
    run: Run, sent_before: int, expected: int
) -> None:
    for _ in range(sent_before):
        run(FIRST)
    with CaptureQueriesContext(connection) as captured:
        run(FIRST)
    own = [query for query in captured if "idempotencyrecord" in query["sql"]]
    assert len(own) == expected
