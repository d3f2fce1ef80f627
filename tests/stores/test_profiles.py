"""What a till knows of its store comes from memory while it is fresh, and never when it is not."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from django_subatomic.db import transaction

from apps.core.reference import bump_revision, read_revision
from apps.stores.models import SellingHours, SellingHoursException, Store
from apps.stores.rules import STATE_WEEK
from apps.stores.selectors import find_till, get_store_profile
from apps.stores.types import Hours, Licence, LicenceKind, OutletKind, TaxClass
from tests.factories import LICENSED_SINCE, make_county, make_store, open_till

if TYPE_CHECKING:
    from datetime import datetime

    from pytest_django import DjangoAssertNumQueries

    from apps.stores.types import StoreProfile

CHRISTMAS, NEW_YEAR = date(2026, 12, 25), date(2027, 1, 1)
pytestmark = pytest.mark.django_db


def profile_of(store: Store) -> StoreProfile:
    return get_store_profile(store_id=store.pk, revision=read_revision())


def bump() -> None:
    with transaction():
        bump_revision()


# --- Memory ---------------------------------------------------------------------------------------


def test_a_profile_is_read_in_six_statements_and_then_remembered(
    store: Store, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    revision = read_revision()
    with django_assert_num_queries(6):
        cold = get_store_profile(store_id=store.pk, revision=revision)
    with django_assert_num_queries(0):
        assert get_store_profile(store_id=store.pk, revision=revision) is cold


def test_a_profile_is_read_anew_after_reference_data_has_changed(store: Store) -> None:
    profile_of(store)
    Store.objects.update(name="Renamed")
    assert profile_of(store).name == "Broward Liquors"
    bump()
    assert profile_of(store).name == "Renamed"


def test_a_till_finds_itself_its_clerk_and_its_store_in_one_statement(
    now: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    till, token = open_till(now=now)
    with django_assert_num_queries(1):
        assert find_till(token=token, now=now) == till


def test_a_till_sees_a_change_of_its_store_at_the_next_look(now: datetime) -> None:
    _, token = open_till(now=now)
    Store.objects.update(name="Renamed")
    bump()
    till = find_till(token=token, now=now)
    assert till is not None
    assert till.store.name == "Renamed"


# --- What a profile says --------------------------------------------------------------------------


def test_a_profile_says_where_the_store_is_and_what_it_may_sell() -> None:
    store = make_store("PCL", county="Escambia", timezone="America/Chicago", day_end_hour=5)
    profile = profile_of(store)
    assert (profile.code, profile.county, profile.day_end_hour) == ("PCL", "Escambia", 5)
    assert profile.zone.key == profile.timezone == "America/Chicago"
    assert profile.licences == (Licence(LicenceKind.PS_3, "PCL-1", LICENSED_SINCE, None),)


def test_a_profile_has_its_countys_rates_alone_the_oldest_first() -> None:
    make_county("Hamilton")
    rates = profile_of(make_store(county="Palm Beach")).tax_rates
    assert [(rate.effective_from.year, rate.surtax) for rate in rates] == [
        (2025, Decimal("0.01")),
        (2026, Decimal("0.005")),
    ]


def test_a_profile_has_the_treatments_of_its_own_kind_of_outlet() -> None:
    cafe = make_store(outlet_kind=OutletKind.CAFE, licence=LicenceKind.COP_2)
    package_store = make_store("TWO")
    assert [taxed for _, taxed in profile_of(cafe).taxable[TaxClass.SNACK]] == [True]
    assert [taxed for _, taxed in profile_of(package_store).taxable[TaxClass.SNACK]] == [False]


def test_a_store_without_hours_of_its_own_keeps_the_states(store: Store) -> None:
    assert profile_of(store).calendar.weekly == STATE_WEEK


def test_a_store_with_any_hours_of_its_own_is_closed_on_the_days_it_leaves_out(
    store: Store,
) -> None:
    for opens, closes in ((480, 720), (780, 1560)):
        SellingHours.objects.create(
            store=store, weekday=5, opens_minute=opens, closes_minute=closes
        )
    assert set(profile_of(store).calendar.weekly) == {5}
    assert set(profile_of(store).calendar.weekly[5]) == {Hours(480, 720), Hours(780, 1560)}


def test_an_exception_without_hours_is_a_closed_day(store: Store) -> None:
    on = SellingHoursException.objects.create
    on(store=store, date=CHRISTMAS, reason="Christmas")
    on(store=store, date=NEW_YEAR, opens_minute=0, closes_minute=180, reason="New Year")
    exceptions = profile_of(store).calendar.exceptions
    assert exceptions == {CHRISTMAS: (), NEW_YEAR: (Hours(0, 180),)}
