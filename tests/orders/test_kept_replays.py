"""A replay that is kept: asked for once, worked on once, its progress seen, its result with it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.db import IntegrityError
from django_subatomic.db import transaction

from apps.catalog.errors import EditionUnknown
from apps.core.models import OutboxEvent
from apps.orders.models import BasketReplay, OrderLine
from apps.orders.services.replaying.keeping import ask_for_replay, work_on_replay
from apps.orders.tasks import replay_baskets
from tests.catalog.editions import draft
from tests.conftest import NOON
from tests.factories import MANAGER, make_store, open_till
from tests.goods import make_snack

from .sales import sold

if TYPE_CHECKING:
    from apps.catalog.models import PriceEdition
    from apps.stores.types import Till

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
REPLAY_RULES: list[tuple[str, dict[str, Any]]] = [
    ("replay_state_is_known", {"state": "LATE"}),
    ("replay_has_a_length", {"since": NOON}),
    ("replay_within_its_baskets", {"baskets_done": 2}),
    ("replay_that_is_done_has_its_result", {"state": "DONE"}),
    ("replay_that_is_done_has_its_result", {"state": "FAILED", "result": {}}),
]


@pytest.fixture
def till(db: None) -> Till:
    till, _ = open_till(make_store(), now=NOON)
    return till


@pytest.fixture
def edition(till: Till) -> PriceEdition:
    chips = make_snack(price_cents=200)
    sold(till, chips, now=NOON - HOUR)
    return draft({chips: 250})


def ask(edition: PriceEdition) -> BasketReplay:
    with transaction():
        return ask_for_replay(actor=MANAGER, edition_id=edition.pk, days=7, store_id=None, now=NOON)


def test_a_worker_that_hears_of_a_replay_does_it_once(edition: PriceEdition) -> None:
    asked = ask(edition)
    event = OutboxEvent.objects.get(type="replay.asked")
    told = str(event.event_id)
    assert [replay_baskets(told), replay_baskets(told)] == [True, False]
    asked.refresh_from_db()
    assert (asked.state, asked.baskets_done, asked.baskets_total) == ("DONE", 1, 1)
    assert (asked.result or {})["total"]["change_cents"] == 50


def test_an_event_that_is_gone_is_no_work(db: None) -> None:
    assert replay_baskets(str(uuid4())) is False


def test_a_replay_that_fails_says_so(edition: PriceEdition) -> None:
    asked = ask(edition)
    ended = NOON + HOUR
    OrderLine.objects.update(modifiers=[{}])  # which nothing can price
    assert work_on_replay(replay_id=asked.pk, clock=lambda: ended)
    asked.refresh_from_db()
    assert (asked.state, asked.result, asked.ended_at) == ("FAILED", None, ended)


def test_more_baskets_than_were_counted_do_no_harm(till: Till, edition: PriceEdition) -> None:
    asked = ask(edition)
    sold(till, make_snack("LATE"), now=NOON - HOUR)
    work_on_replay(replay_id=asked.pk, clock=lambda: NOON)
    asked.refresh_from_db()
    assert (asked.state, asked.baskets_done) == ("DONE", 1)
    assert (asked.result or {})["total"]["baskets"] == 2


def test_a_replay_of_no_edition_is_refused(db: None) -> None:
    with pytest.raises(EditionUnknown), transaction():
        ask_for_replay(actor=MANAGER, edition_id=9, days=7, store_id=None, now=NOON)


@pytest.mark.parametrize(("name", "changes"), REPLAY_RULES)
def test_a_replay_that_breaks_a_rule_is_refused(
    edition: PriceEdition, name: str, changes: dict[str, Any]
) -> None:
    fields = {"since": NOON - HOUR, "until": NOON, "baskets_total": 1, "asked_at": NOON}
    with pytest.raises(IntegrityError, match=name):
        BasketReplay.objects.create(edition=edition, edition_version=1, **{**fields, **changes})
