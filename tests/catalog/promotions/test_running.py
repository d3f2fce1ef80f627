"""When a promotion runs, and for whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from apps.catalog.promotions.running import Occasion, Offers, runs_at
from apps.catalog.promotions.types import PromotionKind, Schedule, Selection
from apps.stores.types import BeverageType
from tests.catalog.promotions.baskets import promotion

TAMPA = ZoneInfo("America/New_York")
STARTED = datetime(2026, 3, 1, tzinfo=UTC)
FRIDAY, SATURDAY = 4, 5
LATE = Schedule(STARTED, None, frozenset({FRIDAY}), from_minute=22 * 60, until_minute=2 * 60)
NOON = datetime(2026, 11, 20, 12, tzinfo=TAMPA)
CUT = promotion(1, PromotionKind.PERCENT_OFF, basis_points=1000)


@pytest.mark.parametrize(
    ("local", "runs"),
    [
        ("2026-11-20T21:59:59", False),
        ("2026-11-20T22:00:00", True),
        ("2026-11-21T01:59:59", True),
        ("2026-11-21T02:00:00", False),
        ("2026-11-21T22:30:00", False),
        ("2026-11-20T01:00:00", False),
    ],
)
def test_a_span_past_midnight_belongs_to_the_day_on_which_it_begins(
    local: str,
    runs: bool,  # noqa: FBT001 - a table's column
) -> None:
    assert runs_at(LATE, datetime.fromisoformat(local).replace(tzinfo=TAMPA)) is runs


def test_a_period_is_half_open() -> None:
    schedule = Schedule(STARTED, datetime(2026, 4, 1, tzinfo=UTC))
    assert runs_at(schedule, STARTED.astimezone(TAMPA))
    assert not runs_at(schedule, datetime(2026, 4, 1, tzinfo=UTC).astimezone(TAMPA))


def test_hours_are_those_on_the_wall_of_the_store() -> None:
    happy = replace(CUT, schedule=Schedule(STARTED, from_minute=17 * 60, until_minute=19 * 60))
    winter, summer = (
        datetime(2026, 12, 1, 22, 30, tzinfo=UTC),
        datetime(2026, 7, 1, 22, 30, tzinfo=UTC),
    )
    offers = Offers([happy], TAMPA)
    assert offers.running(Occasion((winter,))) == {1}
    assert offers.running(Occasion((summer,))) == {1}
    assert not offers.running(Occasion((datetime(2026, 7, 1, 23, 30, tzinfo=UTC),)))


def test_a_coupon_and_the_staff_price_have_to_be_asked_for() -> None:
    offers = Offers([replace(CUT, coupon="FALL"), replace(CUT, id=2, for_employees=True)], TAMPA)
    assert not offers.running(Occasion((NOON,)))
    assert offers.running(Occasion((NOON,), frozenset({"FALL"}))) == {1}
    assert offers.running(Occasion((NOON,), is_employee=True)) == {2}


def test_a_coupon_that_nothing_runs_for_is_unknown() -> None:
    offers = Offers([replace(CUT, coupon="FALL", schedule=LATE)], TAMPA)
    occasion = Occasion((NOON,), frozenset({"FALL", "SPRING"}))
    assert offers.unknown_coupons(occasion) == {"FALL", "SPRING"}


def test_what_ran_when_a_price_was_promised_still_runs() -> None:
    offers = Offers([replace(CUT, schedule=LATE)], TAMPA)
    quoted = datetime(2026, 11, 21, 1, 59, tzinfo=TAMPA)
    assert offers.running(Occasion((quoted, datetime(2026, 11, 21, 2, 5, tzinfo=TAMPA)))) == {1}


@pytest.mark.parametrize(
    ("selection", "is_taken"),
    [
        (Selection(), True),
        (Selection(products=frozenset({8})), False),
        (Selection(products=frozenset({7})), True),
        (Selection(products=frozenset({8}), categories=frozenset({3})), True),
        (Selection(beverages=frozenset({BeverageType.WINE})), True),
        (Selection(categories=frozenset({3}), excluded=frozenset({7})), False),
    ],
)
def test_a_selection_takes_what_is_named_in_any_way_but_the_exceptions(
    selection: Selection,
    is_taken: bool,  # noqa: FBT001 - a table's column
) -> None:
    offers = Offers([replace(CUT, selection=selection)], TAMPA)
    assert bool(offers.of_product(7, 3, BeverageType.WINE)) is is_taken
