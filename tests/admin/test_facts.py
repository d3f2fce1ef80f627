"""Facts in the back office: numbered, waiting, faulty, or kept in the house."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from apps.core.models import OutboxEvent
from tests.sync.office_rows import make_fact

from .office import text_of, url, url_of

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db
LIST = "core_outboxevent_changelist"


def make(name: str, **fields: Any) -> OutboxEvent:
    given = {"type": "test", "payload": {}, "occurred_at": timezone.now(), **fields}
    return OutboxEvent.objects.create(aggregate=name, **given)


@pytest.fixture
def facts(db: None) -> dict[str, OutboxEvent]:
    """One of each."""
    return {
        "numbered": make_fact(17, aggregate="numbered"),
        "waiting": make("waiting", is_shared=True),
        "faulty": make("faulty", is_shared=True, fault="prices: is missing"),
        "never": make("never"),
    }


def found(client: Client, **query: object) -> list[OutboxEvent]:
    rows: list[OutboxEvent] = client.get(url(LIST, **query)).context["cl"].result_list
    return rows


@pytest.mark.parametrize("told", ["numbered", "waiting", "faulty", "never"])
def test_the_list_shows_those_that_are_asked_for(
    manager: Client, facts: dict[str, OutboxEvent], told: str
) -> None:
    assert [row.aggregate for row in found(manager, told=told)] == [told]


def test_one_is_found_by_number_id_or_what_it_is_about(
    manager: Client, facts: dict[str, OutboxEvent]
) -> None:
    for term in ("17", "#17", str(facts["numbered"].event_id), "numbered"):
        assert [row.sequence for row in found(manager, q=term)] == [17], term
    assert found(manager, q="9" * 40) == []


def test_a_run_of_numbers_is_shown_for_a_batch(manager: Client) -> None:
    for sequence in (1, 2, 3, 4):
        make_fact(sequence)
    rows = found(manager, sequence__gte=2, sequence__lte=3)
    assert {row.sequence for row in rows} == {2, 3}


def test_a_faulty_one_says_what_is_wrong_and_what_to_do(
    manager: Client, facts: dict[str, OutboxEvent]
) -> None:
    page = text_of(manager.get(url_of(facts["faulty"])))
    assert "No other system can be told of this" in page
    assert "prices: is missing" in page
    assert "manage.py number_facts --again" in page


def test_its_page_shows_what_it_says(manager: Client, facts: dict[str, OutboxEvent]) -> None:
    page = text_of(manager.get(url_of(facts["numbered"])))
    assert "#17 other systems: told" in page
    assert '"reason": "wrong bag"' in page
