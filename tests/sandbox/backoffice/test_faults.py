"""The back office fails on demand, in the way and as often as it was told to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.sandbox.backoffice.sending import event, events

if TYPE_CHECKING:
    from tests.sandbox.backoffice.sending import Sender


def held(sender: Sender) -> int:
    return len(sender.see("events"))


def test_a_status_is_answered_so_many_times_with_when_to_come_back(sender: Sender) -> None:
    sender.control("faults", kind="status", status=503, retry_after="7", times=2)
    answers = [sender.send(event()) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [503, 503, 200]
    assert answers[0].headers["Retry-After"] == "7"
    assert held(sender) == 1


@pytest.mark.parametrize("status", [302, 401, 410, 429, 500])
def test_until_it_is_lifted_it_is_answered_always(sender: Sender, status: int) -> None:
    sender.control("faults", kind="status", status=status, times=None)
    assert {sender.send(event()).status_code for _ in range(3)} == {status}
    sender.control("faults/lift")
    assert sender.send(event()).status_code == 200


def test_batches_above_a_size_are_too_large_and_smaller_ones_are_not(sender: Sender) -> None:
    sender.control("faults", kind="status", status=413, above=2, times=None)
    assert sender.send(*events(3)).status_code == 413
    assert sender.send(*events(2)).status_code == 200


@pytest.mark.parametrize("named_by", ["id", "type"])
def test_a_poisonous_event_is_refused_with_its_batch(sender: Sender, named_by: str) -> None:
    poison = event("price.changed")
    holding = [poison[named_by]]
    sender.control("faults", kind="status", status=422, holding=holding, times=None)
    assert sender.send(event(), poison).status_code == 422
    assert sender.send(event()).status_code == 200


def test_a_poisonous_event_that_came_alone_is_waited_for_no_more(sender: Sender) -> None:
    poison = event()
    sender.control("faults", kind="status", status=422, holding=[poison["id"]], times=None)
    sender.send(event())
    assert sender.send(poison, sequence=2).status_code == 422
    assert sender.send(event(), sequence=3).status_code == 200


def test_an_event_is_rejected_by_itself_and_the_others_count(sender: Sender) -> None:
    bad, good = event("price.changed"), event()
    sender.control("faults", kind="reject", holding=["price.changed"])
    results = sender.send(bad, good).json()["results"]
    assert [result["status"] for result in results] == ["rejected", "accepted"]
    assert held(sender) == 1


def test_a_result_is_left_out_once_and_told_when_the_bytes_come_again(sender: Sender) -> None:
    sender.control("faults", kind="omit")
    assert len(sender.send(*events(3), batch_id="b1").json()["results"]) == 2
    assert len(sender.post(sender.sent[0], "b1").json()["results"]) == 3


@pytest.mark.parametrize("kind", ["hang", "reset", "half"])
@pytest.mark.parametrize(("when", "count"), [("before", 0), ("after", 1)])
def test_an_answer_that_never_comes_may_be_of_a_batch_that_was_taken_in(
    sender: Sender, kind: str, when: str, count: int
) -> None:
    sender.control("faults", kind=kind, when=when, seconds=0.01)
    with pytest.raises(requests.RequestException):
        sender.send(event())
    assert held(sender) == count


def test_garbage_is_a_200_that_says_nothing(sender: Sender) -> None:
    sender.control("faults", kind="garbage")
    answer = sender.send(event())
    assert answer.status_code == 200
    with pytest.raises(ValueError, match="Expecting value"):
        answer.json()
    assert held(sender) == 0


def test_slow_is_late_and_right(sender: Sender) -> None:
    sender.control("faults", kind="slow", seconds=0.01)
    assert sender.send(event()).json()["results"]


def test_restored_from_a_backup_it_wants_what_came_since_again(sender: Sender) -> None:
    batch = events(3)
    for each in batch:
        sender.send(each)
    assert sender.control("forget", source="cafe", sequence=2) == {"forgotten": 2}
    assert sender.send(event(), sequence=4).json()["expected_sequence"] == 2
    results = sender.send(*batch[1:], sequence=2).json()["results"]
    assert [result["status"] for result in results] == ["accepted", "accepted"]


def test_somebody_there_can_say_that_a_number_never_comes(sender: Sender) -> None:
    sender.send(event())
    assert sender.send(event(), sequence=9).status_code == 409
    sender.control("expect", source="cafe", sequence=9)
    assert sender.send(event(), sequence=9).status_code == 200


def test_what_was_heard_is_told_with_the_hash_of_its_bytes(sender: Sender) -> None:
    sender.control("faults", kind="status", status=500)
    sender.send(event(), batch_id="b1")
    sender.post(sender.sent[0], "b1")
    first, again = sender.see("requests")
    assert (first["status"], again["status"]) == (500, 200)
    assert first["sha256"] == again["sha256"]


@pytest.mark.parametrize("asked", [{}, {"kind": "polite"}, {"kind": "hang", "colour": "red"}])
def test_a_fault_that_nobody_knows_is_refused(sender: Sender, asked: dict[str, Any]) -> None:
    with pytest.raises(AssertionError):
        sender.control("faults", **asked)
    assert sender.see("faults") == []
