"""A chain of audit entries shows whatever was changed, lost or slipped in."""

from __future__ import annotations

import contextlib
import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db.models import QuerySet
from django_subatomic.db import _MissingRequiredTransaction, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.core.audit import AuditFact, record
from apps.core.audit_checks import BrokenLink, find_broken_link, find_broken_links
from apps.core.models import AuditChain, AuditEntry
from apps.core.types import JSON, Actor, ActorKind, system_actor

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.django_db

TILL = Actor(ActorKind.STAFF, "17", "Rosa Díaz", "terminal:1")
OTHER_TILL = Actor(ActorKind.STAFF, "17", "Rosa Díaz", "terminal:2")
AT = datetime(2026, 11, 22, 17, 0, 0, 123456, tzinfo=UTC)

# What an entry may hold: JSON without floats. PostgreSQL stores neither NUL nor lone surrogates.
text = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
whole_numbers = st.integers(min_value=-(2**63), max_value=2**63 - 1)
facts: st.SearchStrategy[dict[str, JSON]] = st.dictionaries(
    text,
    st.recursive(
        st.none() | st.booleans() | whole_numbers | text,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
        max_leaves=6,
    ),
    max_size=5,
)


def fact(actor: Actor = TILL, at: datetime = AT, **said: JSON) -> AuditFact:
    return AuditFact(at=at, actor=actor, action="order.voided", subject="order:9", facts=said)


@pytest.fixture
def chain() -> str:
    """Three entries on one chain, and two on another."""
    with transaction():
        for sequence in (1, 2, 3):
            record(fact(at=AT + timedelta(minutes=sequence), total_cents=sequence * 100))
        for _ in range(2):
            record(fact(OTHER_TILL))
    return TILL.chain


def behind_our_back(sequence: int) -> QuerySet[AuditEntry]:
    """An entry as somebody with the database's password reaches it."""
    return QuerySet(AuditEntry).filter(chain=TILL.chain, sequence=sequence)


def test_each_entry_is_numbered_and_sealed_with_the_one_before(chain: str) -> None:
    entries = AuditEntry.objects.filter(chain=chain).order_by("sequence")
    links = [(entry.sequence, entry.previous_hash) for entry in entries]
    assert links == [(1, ""), (2, entries[0].hash), (3, entries[1].hash)]
    assert len({entry.hash for entry in entries}) == 3


def test_an_entry_says_who_did_what_when(chain: str) -> None:
    entry = AuditEntry.objects.get(chain=chain, sequence=2)
    assert (entry.actor_kind, entry.actor_id, entry.actor_name) == ("STAFF", "17", "Rosa Díaz")
    assert (entry.action, entry.subject) == ("order.voided", "order:9")
    assert (entry.at, entry.facts) == (AT + timedelta(minutes=2), {"total_cents": 200})


@pytest.mark.parametrize("name", [TILL.chain, OTHER_TILL.chain, "terminal:never-seen"])
def test_a_chain_that_nobody_touched_holds(chain: str, name: str) -> None:
    assert find_broken_link(name) is None


@pytest.mark.parametrize(
    "change",
    [
        {"facts": {"total_cents": 201}},
        {"facts": {}},
        {"facts": {"total_cents": "200"}},
        {"actor_id": "18"},
        {"actor_name": "Rosa Diaz"},
        {"actor_kind": "USER"},
        {"action": "order.placed"},
        {"subject": "order:8"},
        {"at": AT},
        {"previous_hash": "0" * 64},
        {"hash": "0" * 64},
        {"actor_kind": "GHOST"},
        {"facts": ["total_cents"]},
    ],
)
def test_a_changed_entry_is_found(chain: str, change: dict[str, Any]) -> None:
    behind_our_back(2).update(**change)
    assert find_broken_link(chain) == BrokenLink(chain, 2, "the entry was changed")


def test_an_entry_that_was_changed_and_sealed_again_breaks_the_next(chain: str) -> None:
    second = AuditEntry.objects.get(chain=chain, sequence=2)
    forged = fact(at=second.at, total_cents=1).seal(2, second.previous_hash)
    behind_our_back(2).update(facts={"total_cents": 1}, hash=forged)
    assert find_broken_link(chain) == BrokenLink(chain, 3, "the entry was changed")


@pytest.mark.parametrize("sequence", [1, 2])
def test_a_removed_entry_is_found(chain: str, sequence: int) -> None:
    behind_our_back(sequence).delete()
    assert find_broken_link(chain) == BrokenLink(chain, sequence, "the entry is missing")


@pytest.mark.parametrize(("removed", "broken_at"), [([3], 3), ([2, 3], 2), ([1, 2, 3], 1)])
def test_a_tail_that_was_cut_off_is_found(chain: str, removed: list[int], broken_at: int) -> None:
    for sequence in removed:
        behind_our_back(sequence).delete()
    assert find_broken_link(chain) == BrokenLink(chain, broken_at, "the chain was cut short")


def test_a_tail_that_was_cut_off_together_with_the_head_is_found(chain: str) -> None:
    behind_our_back(3).delete()
    AuditChain.objects.filter(name=chain).delete()
    assert find_broken_link(chain) is not None
    assert len(list(find_broken_links())) == 1


@pytest.mark.parametrize("sequence", [0, 4])
def test_an_entry_that_was_slipped_in_with_a_good_seal_is_found(chain: str, sequence: int) -> None:
    last = AuditEntry.objects.get(chain=chain, sequence=3)
    slipped = fact(total_cents=1)
    entry = AuditEntry.objects.get(pk=last.pk)
    entry.pk = None
    entry.sequence, entry.previous_hash = sequence, last.hash if sequence else ""
    entry.at, entry.facts = slipped.at, {"total_cents": 1}
    entry.hash = slipped.seal(sequence, entry.previous_hash)
    AuditEntry.objects.bulk_create([entry])
    assert find_broken_link(chain) is not None


def test_an_entry_that_was_moved_from_another_chain_is_found(chain: str) -> None:
    QuerySet(AuditEntry).filter(chain=OTHER_TILL.chain, sequence=2).update(chain=chain, sequence=4)
    assert find_broken_link(chain) == BrokenLink(chain, 4, "the entry was changed")


def test_an_entry_cannot_begin_a_chain_that_is_not_its_own(chain: str) -> None:
    behind_our_back(1).update(chain="terminal:3")
    assert find_broken_link("terminal:3") == BrokenLink("terminal:3", 1, "the entry was changed")


def test_a_broken_chain_says_nothing_against_another(chain: str) -> None:
    behind_our_back(1).delete()
    assert find_broken_link(OTHER_TILL.chain) is None


def test_the_walk_over_all_chains_names_each_that_is_broken(chain: str) -> None:
    assert list(find_broken_links()) == []
    behind_our_back(2).delete()
    assert list(find_broken_links()) == ["terminal:1, entry 2: the entry is missing"]


@pytest.mark.parametrize(
    "change",
    [
        lambda entries: entries.update(action="order.placed"),
        lambda entries: entries.delete(),
        lambda entries: entries.filter(sequence=3).delete(),
        lambda entries: entries.bulk_update(list(entries.all()), ["action"]),
    ],
    ids=["update", "delete", "filtered delete", "bulk update"],
)
def test_a_queryset_neither_changes_nor_deletes_entries(
    chain: str, change: Callable[[QuerySet[AuditEntry]], object]
) -> None:
    with pytest.raises(TypeError, match="written once"), transaction():
        change(AuditEntry.objects.all())
    assert AuditEntry.objects.filter(chain=chain, action="order.voided").count() == 3


def test_a_fact_is_only_recorded_inside_a_transaction() -> None:
    with pytest.raises(_MissingRequiredTransaction):
        record(fact())


def test_a_rolled_back_fact_leaves_the_chain_as_it_was(chain: str) -> None:
    with contextlib.suppress(ZeroDivisionError), transaction():
        record(fact())
        raise ZeroDivisionError
    assert AuditEntry.objects.filter(chain=chain).count() == 3
    assert find_broken_link(chain) is None


@settings(max_examples=50)
@given(said=facts, at=st.datetimes(datetime(2000, 1, 1), timezones=st.timezones()))  # noqa: DTZ001 - the zone is added
def test_what_the_database_gives_back_has_the_seal_it_was_stored_with(
    said: dict[str, JSON], at: datetime
) -> None:
    actor = system_actor(str(uuid.uuid4()))
    with transaction():
        record(AuditFact(at, actor, "tested", "seal", said))
    assert AuditEntry.objects.get(chain=actor.chain).facts == said
    assert find_broken_link(actor.chain) is None
