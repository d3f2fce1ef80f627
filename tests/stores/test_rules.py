"""What a role may do, what a licence covers, what is taxed: decided without a database."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.stores.rules import (
    PACKAGE_STORE_GOODS,
    PERMISSIONS,
    ROLE_TABLE,
    SPIRITS_PACKAGE_LICENCES,
    is_taxable,
    licence_obstacle,
    licences_in_force,
    may,
    rates_on,
)
from apps.stores.types import BeverageType, LicenceKind, Permission, Role, TaxClass, TaxRates

from .profiles import TODAY, licence, make_profile

DRINKS = (BeverageType.BEER, BeverageType.WINE, BeverageType.SPIRITS)
BEER, BEER_WINE = {BeverageType.BEER}, {BeverageType.BEER, BeverageType.WINE}
FOOD_A_PACKAGE_STORE_LACKS = {
    TaxClass.GROCERY,
    TaxClass.HOT_DRINK,
    TaxClass.PREPARED_FOOD,
    TaxClass.BAKERY,
    TaxClass.ICE_CREAM,
}
days = st.dates(min_value=date(2020, 1, 1), max_value=date(2030, 12, 31))


def covered(*kinds: LicenceKind) -> set[BeverageType]:
    """The drinks that premises with these licences may sell today."""
    store = make_profile(licences=tuple(licence(kind) for kind in kinds))
    return {b for b in DRINKS if licence_obstacle(store, b, TaxClass.ALCOHOL, TODAY) is None}


# --- Roles ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("permission", Permission)
def test_every_permission_has_an_answer_for_each_of_the_five_roles(permission: Permission) -> None:
    assert len(ROLE_TABLE[permission]) == len(Role) == 5


def test_an_auditor_sees_and_never_does() -> None:
    sees = {Permission.VIEW_ORDERS, Permission.VIEW_STOCK, Permission.VIEW_OFFICE}
    assert PERMISSIONS[Role.AUDITOR] == sees


@pytest.mark.parametrize(
    ("lower", "higher"),
    [
        (Role.CASHIER, Role.SHIFT_LEAD),
        (Role.SHIFT_LEAD, Role.MANAGER),
        (Role.MANAGER, Role.OWNER),
    ],
)
def test_whoever_is_above_may_all_that_is_allowed_below_and_more(lower: Role, higher: Role) -> None:
    assert PERMISSIONS[lower] < PERMISSIONS[higher]


def test_an_owner_may_everything() -> None:
    assert all(may(Role.OWNER, permission) for permission in Permission)


def test_a_cashier_sells_and_voids_nothing() -> None:
    assert may(Role.CASHIER, Permission.SELL)
    assert not may(Role.CASHIER, Permission.VOID_ORDER)


# --- Licences -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "drinks"),
    [
        (LicenceKind.PS_1, BEER),
        (LicenceKind.COP_1, BEER),
        (LicenceKind.PS_2, BEER_WINE),
        (LicenceKind.COP_2, BEER_WINE),
        *((kind, set(DRINKS)) for kind in sorted(SPIRITS_PACKAGE_LICENCES)),
        *(
            (LicenceKind(f"{number}COP"), set(DRINKS))
            for number in (4, 5, 6, 7, 8)
        ),
    ],
)  # fmt: skip
def test_a_licence_covers_the_drinks_of_its_kind(
    kind: LicenceKind, drinks: set[BeverageType]
) -> None:
    assert covered(kind) == drinks


def test_the_package_licences_for_spirits_are_the_five_of_series_three() -> None:
    assert {"3PS", "3APS", "3BPS", "3CPS", "3DPS"} == SPIRITS_PACKAGE_LICENCES


def test_several_licences_cover_what_any_of_them_covers() -> None:
    assert covered(LicenceKind.PS_1, LicenceKind.COP_2) == BEER_WINE


def test_premises_without_a_licence_sell_no_drink() -> None:
    assert covered() == set()


@given(first=days, last=days, day=days)
def test_a_licence_holds_from_its_first_to_its_last_day_inclusive(
    first: date, last: date, day: date
) -> None:
    held = licence(LicenceKind.PS_3, valid_from=first, valid_until=last)
    in_force = licences_in_force(make_profile(licences=(held,)), day)
    assert (held in in_force) == (first <= day <= last)


@given(first=days, day=days)
def test_a_licence_without_an_end_holds_from_its_first_day_on(first: date, day: date) -> None:
    held = licence(LicenceKind.PS_3, valid_from=first)
    assert (licences_in_force(make_profile(licences=(held,)), day) == (held,)) == (first <= day)


def test_an_expired_licence_leaves_what_the_others_cover() -> None:
    yesterday = TODAY - timedelta(days=1)
    expired = licence(LicenceKind.PS_3, valid_until=yesterday)
    store = make_profile(licences=(expired, licence(LicenceKind.PS_2)))
    assert licence_obstacle(store, BeverageType.SPIRITS, TaxClass.ALCOHOL, yesterday) is None
    assert licence_obstacle(store, BeverageType.SPIRITS, TaxClass.ALCOHOL, TODAY) is not None
    assert licence_obstacle(store, BeverageType.WINE, TaxClass.ALCOHOL, TODAY) is None


def test_the_obstacle_names_the_licence_held_and_the_drink_it_does_not_cover() -> None:
    store = make_profile(name="Corner Café", licences=(licence(LicenceKind.COP_2),))
    obstacle = licence_obstacle(store, BeverageType.SPIRITS, TaxClass.ALCOHOL, TODAY)
    assert obstacle == "The licence of Corner Café (2COP) does not cover spirits."


@pytest.mark.parametrize("kind", sorted(SPIRITS_PACKAGE_LICENCES))
def test_a_package_store_for_spirits_sells_no_other_goods_than_the_law_lists(
    kind: LicenceKind,
) -> None:
    store = make_profile(licences=(licence(kind),))
    refused = {
        tax_class
        for tax_class in TaxClass
        if licence_obstacle(store, BeverageType.NONE, tax_class, TODAY)
    }
    assert refused == FOOD_A_PACKAGE_STORE_LACKS
    assert set(TaxClass) - PACKAGE_STORE_GOODS == FOOD_A_PACKAGE_STORE_LACKS


@pytest.mark.parametrize("kind", [LicenceKind.PS_2, LicenceKind.COP_2, None])
def test_premises_that_are_no_package_store_for_spirits_sell_any_food(
    kind: LicenceKind | None,
) -> None:
    store = make_profile(licences=(licence(kind),) if kind else ())
    assert not any(licence_obstacle(store, BeverageType.NONE, c, TODAY) for c in TaxClass)


# --- Tax ------------------------------------------------------------------------------------------


def rates_from(day: date, surtax: str) -> TaxRates:
    return TaxRates(day, Decimal("0.06"), Decimal(surtax), 500_000)


def test_the_rates_in_force_are_those_of_the_latest_date_that_has_come() -> None:
    old, new = rates_from(date(2025, 1, 1), "0.01"), rates_from(date(2026, 1, 1), "0.005")
    store = make_profile(tax_rates=(new, old))  # in whatever order
    assert rates_on(store, date(2025, 12, 31)) is old
    assert rates_on(store, date(2026, 1, 1)) is new
    assert rates_on(store, date(2030, 1, 1)) is new


def test_no_rates_are_in_force_before_the_first() -> None:
    store = make_profile(tax_rates=(rates_from(date(2025, 1, 1), "0.01"),))
    assert rates_on(store, date(2024, 12, 31)) is None


def test_a_class_that_is_not_on_file_is_taxed() -> None:
    assert is_taxable(make_profile(), TaxClass.SNACK, TODAY)


def test_a_treatment_changes_on_its_date() -> None:
    history = ((date(2021, 7, 1), False), (date(2026, 11, 22), True))
    store = make_profile(taxable={TaxClass.SNACK: history})
    assert is_taxable(store, TaxClass.SNACK, date(2021, 6, 30))  # nothing on file yet
    assert not is_taxable(store, TaxClass.SNACK, date(2026, 11, 21))
    assert is_taxable(store, TaxClass.SNACK, date(2026, 11, 22))
