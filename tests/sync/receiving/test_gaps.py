"""Numbers that did not come are found, told, and filled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.sync.gaps import FARTHEST, Seen, Span
from apps.sync.models import ReceivedFact, SequenceGap

from .sender import captured, codes, make_sender, statuses

if TYPE_CHECKING:
    from .sender import Document, Sender

runs = st.lists(st.tuples(st.integers(1, 40), st.integers(0, 6)), max_size=12)


@given(runs)
def test_what_is_missing_is_what_has_not_come(runs: list[tuple[int, int]]) -> None:
    seen, came = Seen(0), set[int]()
    for first, more in runs:
        assert [seen.has(n) for n in range(1, 50)] == [n in came for n in range(1, 50)]
        seen = seen.after(Span(first, first + more))
        came |= {*range(first, first + more + 1)}
    missing = [n for gap in seen.gaps for n in range(gap.first, gap.last + 1)]
    assert seen.through == max(came, default=0)
    assert missing == [n for n in range(1, seen.through) if n not in came]
    assert seen.next_expected == min({*range(1, seen.through + 2)} - came)


def gaps(answer: Document) -> list[tuple[int, int]]:
    return [(gap["first"], gap["last"]) for gap in answer["gaps"]]


def test_a_gap_is_told_with_what_is_expected_next_and_its_facts_are_taken_in(
    sender: Sender,
) -> None:
    sender.send(captured(), sequence=1)
    answer = sender.send(captured(), captured(), sequence=5)
    assert statuses(answer) == ["accepted", "accepted"]
    assert (answer["next_expected_sequence"], gaps(answer)) == (2, [(2, 4)])


def test_a_gap_is_filled_from_any_side(sender: Sender) -> None:
    sender.send(captured(), sequence=10)
    assert gaps(sender.send(captured(), captured(), sequence=4)) == [(1, 3), (6, 9)]
    assert gaps(sender.send(captured(), sequence=1)) == [(2, 3), (6, 9)]
    rest = sender.send(*[captured() for _ in range(8)], sequence=2)
    assert (rest["next_expected_sequence"], gaps(rest)) == (11, [])
    assert not SequenceGap.objects.exists()
    assert gaps(sender.send(captured(), sequence=12)) == [(11, 11)]


def test_who_begins_later_has_no_gap_before(db: None, clock: object) -> None:
    sender = make_sender(after=5_000)
    answer = sender.send(captured(), sequence=5_001)
    assert (answer["next_expected_sequence"], gaps(answer)) == (5_002, [])


def test_a_rejected_event_leaves_no_gap(sender: Sender) -> None:
    answer = sender.send({"id": "strange"}, captured(), sequence=1)
    assert (answer["next_expected_sequence"], gaps(answer)) == (3, [])


def test_numbers_that_go_backwards_lose_no_sale_and_are_warned_of(sender: Sender) -> None:
    sender.send(captured(), captured(), captured(), sequence=1)
    answer = sender.send(captured(), captured(), sequence=2)
    assert statuses(answer) == ["accepted", "accepted"]
    assert answer["next_expected_sequence"] == 4
    assert "the numbers 2 to 3, which had come before" in sender.peer.warning


def test_facts_that_come_again_or_fill_a_gap_are_warned_of_by_nobody(sender: Sender) -> None:
    first = captured()
    sender.send(first, sequence=1)
    sender.send(captured(), sequence=4)
    sender.send(first, captured(), captured(), sequence=1)
    assert sender.peer.warning == ""


def test_numbers_as_far_ahead_as_is_believed_are_taken(sender: Sender) -> None:
    answer = sender.send(captured(), sequence=FARTHEST)
    assert (statuses(answer), gaps(answer)) == (["accepted"], [(1, FARTHEST - 1)])


@pytest.mark.parametrize("number", [FARTHEST + 3, 2**63 - 3])
def test_facts_whose_numbers_are_out_of_all_reason_are_rejected_and_leave_no_gap(
    sender: Sender, number: int
) -> None:
    known, fact = captured(), captured()
    sender.send(known, captured(), sequence=1)
    answer = sender.send(fact, known, sequence=number)
    assert statuses(answer) == ["rejected", "duplicate"]
    assert codes(answer) == ["event-invalid", None]
    assert (answer["next_expected_sequence"], gaps(answer)) == (3, [])
    assert orjson.loads(ReceivedFact.objects.get(state="REJECTED").raw) == fact
    assert statuses(sender.send(fact, sequence=3)) == ["accepted"]


def test_a_hundred_gaps_are_told_at_most(sender: Sender) -> None:
    for number in range(101):
        answer = sender.send(captured(), sequence=2 + 2 * number)
    assert (len(answer["gaps"]), SequenceGap.objects.count()) == (100, 101)
