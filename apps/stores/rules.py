"""Law and policy of a store, as pure functions: licences, taxability, selling hours, roles."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from apps.core.clock import instant_at, local_date
from apps.stores.types import (
    BeverageType,
    Hours,
    LicenceKind,
    Limits,
    Permission,
    Role,
    TaxClass,
    TaxRates,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

    from apps.stores.types import Licence, SellingCalendar, StoreProfile

# --- Roles ----------------------------------------------------------------------------------------

_ROLES = (Role.CASHIER, Role.SHIFT_LEAD, Role.MANAGER, Role.OWNER, Role.AUDITOR)
YES, NO = True, False
# fmt: off
ROLE_TABLE: dict[Permission, tuple[bool, ...]] = {
    #                             cashier  shift lead  manager  owner  auditor
    Permission.SELL:             (YES,     YES,        YES,     YES,   NO),
    Permission.PARK_ORDER:       (YES,     YES,        YES,     YES,   NO),
    Permission.PRINT_RECEIPT:    (YES,     YES,        YES,     YES,   NO),
    Permission.VIEW_ORDERS:      (YES,     YES,        YES,     YES,   YES),
    Permission.VIEW_STOCK:       (YES,     YES,        YES,     YES,   YES),
    Permission.VOID_ORDER:       (NO,      YES,        YES,     YES,   NO),
    Permission.RUN_DRAWER:       (YES,     YES,        YES,     YES,   NO),
    Permission.PAY_OUT:          (NO,      YES,        YES,     YES,   NO),
    Permission.GIVE_EMPLOYEE_PRICE: (NO,   YES,        YES,     YES,   NO),
    Permission.ADJUST_STOCK:     (NO,      YES,        YES,     YES,   NO),
    Permission.VIEW_OFFICE:      (NO,      NO,         YES,     YES,   YES),
    Permission.EDIT_CATALOG:     (NO,      NO,         YES,     YES,   NO),
    Permission.IMPORT_PRODUCTS:  (NO,      NO,         YES,     YES,   NO),
    Permission.MOVE_STOCK:       (NO,      NO,         YES,     YES,   NO),
    Permission.CLOSE_DAY:        (NO,      NO,         YES,     YES,   NO),
    Permission.MANAGE_CUSTOMERS: (NO,      NO,         YES,     YES,   NO),
    Permission.MANAGE_TERMINALS: (NO,      NO,         YES,     YES,   NO),
    Permission.MANAGE_STAFF:     (NO,      NO,         NO,      YES,   NO),
    Permission.MANAGE_STORES:    (NO,      NO,         NO,      YES,   NO),
    Permission.MANAGE_SYNC:      (NO,      NO,         NO,      YES,   NO),
}
# fmt: on
PERMISSIONS: dict[Role, frozenset[Permission]] = {
    role: frozenset(permission for permission, row in ROLE_TABLE.items() if row[column])
    for column, role in enumerate(_ROLES)
}


def may(role: Role, permission: Permission) -> bool:
    """Whether a role carries a permission."""
    return permission in PERMISSIONS[role]


# What each role may do alone until an owner says otherwise (`RoleLimit`). None: no limit.
# fmt: off
DEFAULT_LIMITS: dict[Role, Limits] = {
    #                      off the price  refund  void  open the drawer  without receipt  pay out
    Role.CASHIER:    Limits(0,            0,      0,    NO,              0,               0),
    Role.SHIFT_LEAD: Limits(10,           None,   None, YES,             5_000,           10_000),
    Role.MANAGER:    Limits(50,           None,   None, YES,             50_000,          50_000),
    Role.OWNER:      Limits(100,          None,   None, YES,             None,            None),
    Role.AUDITOR:    Limits(0,            0,      0,    NO,              0,               0),
}
# fmt: on

# --- Licences -------------------------------------------------------------------------------------

_BEER = frozenset({BeverageType.BEER})
_BEER_WINE = _BEER | {BeverageType.WINE}
_ALL = _BEER_WINE | {BeverageType.SPIRITS}
SPIRITS_PACKAGE_LICENCES = frozenset(
    {LicenceKind.PS_3, LicenceKind.PS_3A, LicenceKind.PS_3B, LicenceKind.PS_3C, LicenceKind.PS_3D}
)
# Division of Alcoholic Beverages and Tobacco, licence types; ss. 563.02, 564.02, 565.02, F.S.
LICENCE_COVERS: dict[LicenceKind, frozenset[BeverageType]] = {
    LicenceKind.PS_1: _BEER,
    LicenceKind.PS_2: _BEER_WINE,
    **dict.fromkeys(SPIRITS_PACKAGE_LICENCES, _ALL),
    LicenceKind.COP_1: _BEER,
    LicenceKind.COP_2: _BEER_WINE,
    LicenceKind.COP_4: _ALL,
    LicenceKind.COP_5: _ALL,
    LicenceKind.COP_6: _ALL,
    LicenceKind.COP_7: _ALL,
    LicenceKind.COP_8: _ALL,
}
# s. 565.04, F.S.: a package store for spirits sells drink, mixers, bar and party supplies, party
# foods and tobacco, and nothing else.
PACKAGE_STORE_GOODS = frozenset(
    {
        TaxClass.ALCOHOL,
        TaxClass.SOFT_DRINK,
        TaxClass.JUICE,
        TaxClass.JUICE_DRINK,
        TaxClass.WATER,
        TaxClass.FLAVORED_WATER,
        TaxClass.ICE,
        TaxClass.CANDY,
        TaxClass.SNACK,
        TaxClass.TOBACCO,
        TaxClass.GENERAL,
    }
)


def licences_in_force(store: StoreProfile, day: date) -> tuple[Licence, ...]:
    """The premises licences that hold on a local date."""
    return tuple(
        licence
        for licence in store.licences
        if licence.valid_from <= day and (licence.valid_until is None or day <= licence.valid_until)
    )


def licence_obstacle(
    store: StoreProfile, beverage: BeverageType, tax_class: TaxClass, day: date
) -> str | None:
    """Why the premises may not sell such a product on that day, as a sentence, or None."""
    kinds = {licence.kind for licence in licences_in_force(store, day)}
    if beverage is not BeverageType.NONE:
        if any(beverage in LICENCE_COVERS[kind] for kind in kinds):
            return None
        held = ", ".join(sorted(kinds)) or "none in force"
        return f"The licence of {store.name} ({held}) does not cover {beverage.lower()}."
    if kinds & SPIRITS_PACKAGE_LICENCES and tax_class not in PACKAGE_STORE_GOODS:
        return "A package store may not sell this kind of goods (s. 565.04, F.S.)."
    return None


# --- Tax ------------------------------------------------------------------------------------------


def rates_on(store: StoreProfile, day: date) -> TaxRates | None:
    """The county's rates in force on a date, or None where none are on file."""
    in_force = [rates for rates in store.tax_rates if rates.effective_from <= day]
    return max(in_force, key=lambda rates: rates.effective_from, default=None)


def is_taxable(store: StoreProfile, tax_class: TaxClass, day: date) -> bool:
    """Whether this kind of outlet charges sales tax on this class. What is not on file is taxed."""
    in_force = [entry for entry in store.taxable.get(tax_class, ()) if entry[0] <= day]
    return max(in_force)[1] if in_force else True


# --- Selling hours --------------------------------------------------------------------------------

# s. 562.14(1), F.S.: no sale between midnight and 07:00 unless the county or city says otherwise.
STATE_HOURS = Hours(opens_minute=7 * 60, closes_minute=24 * 60)
STATE_WEEK: dict[int, tuple[Hours, ...]] = dict.fromkeys(range(7), (STATE_HOURS,))
_LOOK_AHEAD_DAYS = 16  # yesterday, and fifteen days that hold a fortnight from any hour


def is_open(calendar: SellingCalendar, now: datetime, *, zone: ZoneInfo) -> bool:
    """Whether alcohol may be sold at this instant. Spans are half open: closed at closing time."""
    today = local_date(now, zone=zone)
    return any(
        opens <= now < closes
        for opens, closes in _spans(calendar, today - timedelta(days=1), days=2, zone=zone)
    )


def next_opening(calendar: SellingCalendar, now: datetime, *, zone: ZoneInfo) -> datetime | None:
    """The next instant at which sale becomes lawful, within a fortnight, or None."""
    today = local_date(now, zone=zone)
    spans = _spans(calendar, today - timedelta(days=1), days=_LOOK_AHEAD_DAYS, zone=zone)
    return min((opens for opens, closes in spans if now < opens < closes), default=None)


def _spans(
    calendar: SellingCalendar, first: date, *, days: int, zone: ZoneInfo
) -> Iterator[tuple[datetime, datetime]]:
    """Opening and closing instants of the spans that begin on each of `days` days."""
    for offset in range(days):
        day = first + timedelta(days=offset)
        spans = calendar.exceptions.get(day)
        if spans is None:
            spans = calendar.weekly.get(day.weekday(), ())
        for hours in spans:
            yield (
                instant_at(day, hours.opens_minute, zone=zone),
                instant_at(day, hours.closes_minute, zone=zone),
            )
