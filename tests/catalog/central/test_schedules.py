"""Whatever prices stand here before: from now on they are the head office's."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from apps.catalog.models import Price
from apps.catalog.services.central.planning import TICK, PricePlan, _plan_product
from apps.catalog.services.central.reading import CentralPrice
from tests.conftest import NOON

type Schedule = dict[datetime, int]

HOURS = st.integers(min_value=-48, max_value=48).map(lambda hours: NOON + timedelta(hours=hours))
SCHEDULES = st.dictionaries(HOURS, st.integers(min_value=0, max_value=9), max_size=5)


def price_at(schedule: Schedule, at: datetime) -> int | None:
    begun = [starts_at for starts_at in schedule if starts_at <= at]
    return schedule[max(begun)] if begun else None


def follow(here: Schedule, there: Schedule) -> Schedule:
    """What stands here once the head office's prices are taken over at noon."""
    rows = [Price(pk=n, starts_at=at, price_cents=here[at]) for n, at in enumerate(sorted(here))]
    points = [CentralPrice("STANDARD", at, there[at]) for at in sorted(there)]
    plan = PricePlan()
    _plan_product(plan, "BRB-1", points, rows, NOON)
    left = {row.starts_at: row.price_cents for row in rows if row.pk not in plan.withdraw}
    begun = {starts_at: cents for _, starts_at, cents in plan.begin}
    assert not begun.keys() & left.keys()  # no two prices begin at the same instant
    assert len(begun) == len(plan.begin)
    return left | begun


@given(here=SCHEDULES, there=SCHEDULES)
def test_from_now_on_the_price_is_the_head_offices_at_every_instant(
    here: Schedule, there: Schedule
) -> None:
    result = follow(here, there)
    for hours in range(49):
        at = NOON + timedelta(hours=hours) + TICK
        wanted = price_at(there, at)
        assert wanted is None or price_at(result, at) == wanted


@given(here=SCHEDULES, there=SCHEDULES)
def test_what_has_begun_stays_as_it_was(here: Schedule, there: Schedule) -> None:
    result = follow(here, there)
    begun = {at: cents for at, cents in here.items() if at <= NOON}
    assert {at: cents for at, cents in result.items() if at < NOON} == {
        at: cents for at, cents in begun.items() if at < NOON
    }


@given(here=SCHEDULES, there=SCHEDULES)
def test_taking_the_same_over_again_changes_nothing(here: Schedule, there: Schedule) -> None:
    once = follow(here, there)
    points = [CentralPrice("STANDARD", at, there[at]) for at in sorted(there)]
    rows = [Price(pk=n, starts_at=at, price_cents=once[at]) for n, at in enumerate(sorted(once))]
    plan = PricePlan()
    _plan_product(plan, "BRB-1", points, rows, NOON + TICK)
    assert plan == PricePlan()
