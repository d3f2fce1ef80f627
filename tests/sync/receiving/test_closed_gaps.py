"""Numbers that never come: somebody says so, once, and what comes after all is taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django_subatomic.db import transaction

from apps.core.models import AuditEntry
from apps.sync.errors import SyncStateConflict
from apps.sync.gaps import Span
from apps.sync.models import SequenceGap
from apps.sync.services.missing import close_gap
from tests.conftest import NOON
from tests.factories import MANAGER

from .sender import captured, statuses

if TYPE_CHECKING:
    from .sender import Document, Sender


def close(sender: Sender, first: int, last: int, reason: str = "Discarded there") -> None:
    numbers = Span(first, last)
    with transaction():
        close_gap(actor=MANAGER, peer_id=sender.peer.pk, numbers=numbers, reason=reason, now=NOON)


def gaps(answer: Document) -> list[tuple[int, int]]:
    return [(gap["first"], gap["last"]) for gap in answer["gaps"]]


@pytest.fixture
def with_gaps(sender: Sender) -> Sender:
    """1, 5 and 9 have come."""
    for number in (1, 5, 9):
        sender.send(captured(), sequence=number)
    return sender


def test_nobody_is_asked_for_them_again(with_gaps: Sender) -> None:
    close(with_gaps, 2, 4)
    answer = with_gaps.send(captured(), sequence=12)
    assert (answer["next_expected_sequence"], gaps(answer)) == (6, [(6, 8), (10, 11)])
    assert gaps(with_gaps.status().json()) == [(6, 8), (10, 11)]
    close(with_gaps, 6, 8)
    close(with_gaps, 10, 11)
    answer = with_gaps.send(captured(), sequence=13)
    assert (answer["next_expected_sequence"], gaps(answer)) == (14, [])


def test_who_did_it_and_why_is_kept(with_gaps: Sender) -> None:
    close(with_gaps, 2, 4, " Lost in the flood ")
    gap = SequenceGap.objects.get(first=2)
    assert (gap.closed_at, gap.closed_by, gap.closed_reason) == (
        NOON, MANAGER.name, "Lost in the flood",
    )  # fmt: skip
    entry = AuditEntry.objects.get(action="peer.gap_closed")
    assert (entry.subject, entry.facts) == (
        "peer:miami", {"first": 2, "last": 4, "reason": "Lost in the flood"},
    )  # fmt: skip


def test_what_comes_after_all_is_taken_and_warned_of_by_nobody(with_gaps: Sender) -> None:
    close(with_gaps, 2, 4)
    answer = with_gaps.send(captured(), captured(), captured(), captured(), sequence=3)
    assert statuses(answer) == ["accepted"] * 4
    assert "the numbers 5, which had come" in with_gaps.peer.warning
    assert gaps(answer) == [(7, 8)]


@pytest.mark.parametrize(("first", "last"), [(2, 4), (3, 4), (2, 3), (20, 30)])
def test_what_is_no_open_gap_is_not_closed(with_gaps: Sender, first: int, last: int) -> None:
    if (first, last) == (2, 4):
        close(with_gaps, 2, 4)
    with pytest.raises(SyncStateConflict):
        close(with_gaps, first, last)
    assert AuditEntry.objects.filter(action="peer.gap_closed").count() == (first == 2 and last == 4)


def test_a_reason_is_asked_for(with_gaps: Sender) -> None:
    with pytest.raises(SyncStateConflict):
        close(with_gaps, 2, 4, "  ")
