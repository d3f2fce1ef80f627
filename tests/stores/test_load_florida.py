"""The law's tables: every county, dated rates, what is taxed where; corrections survive."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django_subatomic.db import transaction

from apps.core.reference import read_revision
from apps.stores.models import Store, TaxJurisdiction, TaxRate, TaxTreatment
from apps.stores.rules import is_taxable, rates_on
from apps.stores.selectors import get_store_profile
from apps.stores.services.reference_data import Loaded, load_florida
from apps.stores.types import OutletKind, StoreProfile, TaxClass

TODAY = date(2026, 11, 22)
pytestmark = pytest.mark.django_db


def load() -> Loaded:
    with transaction():
        return load_florida()


def profile_in(county: str, kind: OutletKind = OutletKind.PACKAGE_STORE) -> StoreProfile:
    """A store in a county, under whatever was loaded."""
    jurisdiction = TaxJurisdiction.objects.get(name=county)
    store = Store.objects.create(
        code="ONE", name="One", address="-", jurisdiction=jurisdiction, outlet_kind=kind
    )
    return get_store_profile(store_id=store.pk, revision=read_revision())


def test_florida_has_67_counties_and_each_tax_class_a_treatment_per_outlet() -> None:
    assert load() == Loaded(counties=67, rates=68, treatments=2 * len(TaxClass))
    assert TaxJurisdiction.objects.filter(fips__startswith="12").count() == 67


def test_no_county_is_without_a_rate() -> None:
    load()
    assert not TaxJurisdiction.objects.exclude(rates__effective_from__lte=TODAY).exists()
    assert set(TaxRate.objects.values_list("state_rate", flat=True)) == {Decimal("0.06")}


@pytest.mark.parametrize(
    ("county", "percent"),
    [("Miami-Dade", 7), ("Hamilton", 8), ("Citrus", 6), ("Broward", 7), ("Palm Beach", "6.5")],
)
def test_a_county_adds_its_surtax_to_the_states_six_percent(
    county: str, percent: int | str
) -> None:
    load()
    rates = rates_on(profile_in(county), TODAY)
    assert rates is not None
    assert rates.state + rates.surtax == Decimal(percent) / 100
    assert rates.surtax_cap_cents == 500_000


def test_palm_beach_halves_its_surtax_on_new_years_day_2026() -> None:
    load()
    palm_beach = profile_in("Palm Beach")
    before, after = (rates_on(palm_beach, day) for day in (date(2025, 12, 31), date(2026, 1, 1)))
    assert before is not None
    assert after is not None
    assert (before.surtax, after.surtax) == (Decimal("0.01"), Decimal("0.005"))


@pytest.mark.parametrize("tax_class", [TaxClass.SNACK, TaxClass.JUICE, TaxClass.WATER])
def test_chips_juice_and_water_are_exempt_in_a_package_store_and_taxed_in_a_cafe(
    tax_class: TaxClass,
) -> None:
    load()
    package_store = profile_in("Broward")
    Store.objects.all().delete()
    cafe = profile_in("Broward", OutletKind.CAFE)
    assert not is_taxable(package_store, tax_class, TODAY)
    assert is_taxable(cafe, tax_class, TODAY)


@pytest.mark.parametrize("kind", OutletKind)
def test_alcohol_is_taxed_in_every_outlet(kind: OutletKind) -> None:
    load()
    assert is_taxable(profile_in("Broward", kind), TaxClass.ALCOHOL, TODAY)


def test_loading_again_adds_nothing_and_keeps_corrections() -> None:
    load()
    broward = TaxRate.objects.filter(jurisdiction__name="Broward")
    broward.update(surtax_rate=Decimal("0.02"))
    TaxTreatment.objects.filter(tax_class=TaxClass.ICE).update(is_taxable=False)
    TaxJurisdiction.objects.filter(name="Liberty").update(name="Liberty County")
    assert load() == Loaded(counties=0, rates=0, treatments=0)
    assert broward.get().surtax_rate == Decimal("0.02")
    assert not TaxTreatment.objects.filter(tax_class=TaxClass.ICE, is_taxable=True).exists()
    assert TaxJurisdiction.objects.get(fips="12077").name == "Liberty County"


def test_the_command_says_what_it_added_and_makes_the_groups_of_the_office() -> None:
    out = StringIO()
    call_command("load_florida", stdout=out)
    assert "67 counties, 68 rates and 32 tax treatments added" in out.getvalue()
    assert set(Group.objects.values_list("name", flat=True)) == {"Manager", "Owner", "Auditor"}


def test_the_command_run_twice_says_that_nothing_was_missing() -> None:
    call_command("load_florida", stdout=StringIO())
    out = StringIO()
    call_command("load_florida", stdout=out)
    assert "0 counties, 0 rates and 0 tax treatments added" in out.getvalue()
