"""`manage.py replay_baskets`: the figures for people and for programs, and what it refuses."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import CommandError, call_command

from tests.catalog.editions import draft
from tests.conftest import NOON
from tests.factories import make_store, open_till
from tests.goods import make_snack

from .sales import sold

if TYPE_CHECKING:
    from time_machine import Traveller

    from apps.stores.types import Till

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def till(clock: Traveller, db: None) -> Till:
    """A store that sold two bags of chips, one of them eight days ago, and has a draft."""
    till, _ = open_till(make_store(), now=NOON)
    chips = make_snack(price_cents=200)
    for at in (NOON - HOUR, NOON - timedelta(days=8)):
        sold(till, chips, now=at)
    draft({chips: 250})
    return till


def said(*options: str) -> str:
    out = StringIO()
    call_command("replay_baskets", "--book", "holiday", *options, stdout=out)
    return out.getvalue()


def test_a_program_gets_all_figures_as_json(till: Till) -> None:
    found: Any = json.loads(said("--json", "--store", till.store.code))
    assert (found["edition"], found["version"], found["store"]) == ("HOLIDAY", 2, "BRW")
    sums = {"charged_cents": 200, "live_cents": 200, "draft_cents": 250, "change_cents": 50}
    assert found["total"] == {"baskets": 1, **sums}


def test_people_read_what_the_week_would_have_brought(till: Till) -> None:
    text = said()
    assert "1 baskets" in text
    assert all(part in text for part in ("$2.00", "$2.50", "$0.50", "CHP-1", "1 dearer"))


def test_more_days_find_more_baskets(till: Till) -> None:
    assert "2 baskets" in said("--days", "9")


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--book", "NONE"), "There is no price edition NONE. There is: HOLIDAY"),
        (("--store", "XXX"), "There is no store XXX"),
        (("--days", "0"), "--days is a number from 1"),
    ],
)
def test_what_cannot_be_replayed_is_said(till: Till, options: tuple[str, ...], why: str) -> None:
    with pytest.raises(CommandError, match=why):
        said(*options)
