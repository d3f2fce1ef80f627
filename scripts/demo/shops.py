"""The demo's three stores, as their owner would describe them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from apps.stores.types import Hours, Licence, LicenceKind, NewStore, OutletKind, Role

AROUND_THE_CLOCK = dict.fromkeys(range(7), (Hours(0, 24 * 60),))
PINELLAS_HOURS = dict.fromkeys(range(7), (Hours(8 * 60, 27 * 60),))
FOOTER = "Thank you. Please drink responsibly."


@dataclass(frozen=True)
class Person:
    """Somebody who works at the demo's tills. These PINs are for the demo alone."""

    code: str
    name: str
    role: Role
    pin: str


OWNER = Person("rosa", "Rosa Delgado", Role.OWNER, "5918")


@dataclass(frozen=True)
class Shop:
    """A store, its tills, its people and the book it sells by."""

    store: NewStore
    tills: tuple[str, ...]
    people: tuple[Person, ...]
    book: str
    skus: str  # how the SKUs of its goods begin


HARBOR = Shop(
    NewStore(
        code="FLL",
        name="Harbor Spirits",
        address="1800 SE 17th St, Fort Lauderdale, FL 33316",
        phone="(954) 555-0142",
        receipt_footer=FOOTER,
        county="Broward",
        outlet_kind=OutletKind.PACKAGE_STORE,
        licence=Licence(LicenceKind.PS_3, "BEV-1600142", date(2024, 10, 1), None),
        week=AROUND_THE_CLOCK,
        ordinance="Demo ordinance 2026-01: sale at every hour",
        recount_over_cents=500,
    ),
    tills=("Front counter", "Drive-through"),
    people=(
        Person("ana", "Ana Duarte", Role.CASHIER, "4071"),
        Person("ben", "Ben Okafor", Role.SHIFT_LEAD, "6182"),
        Person("carla", "Carla Reyes", Role.MANAGER, "9305"),
    ),
    book="LIQUOR",
    skus="LQ-",
)
GULF = Shop(
    NewStore(
        code="STP",
        name="Gulf Spirits",
        address="220 Central Ave, St. Petersburg, FL 33701",
        phone="(727) 555-0177",
        receipt_footer=FOOTER,
        county="Pinellas",
        outlet_kind=OutletKind.PACKAGE_STORE,
        licence=Licence(LicenceKind.PS_3, "BEV-6200177", date(2024, 10, 1), None),
        week=PINELLAS_HOURS,
        ordinance="Pinellas County Ord. 17-09",
    ),
    tills=("Front counter",),
    people=(
        Person("dee", "Dee Nguyen", Role.CASHIER, "5260"),
        Person("eli", "Eli Foster", Role.SHIFT_LEAD, "7394"),
    ),
    book="LIQUOR",
    skus="LQ-",
)
CAFE = Shop(
    NewStore(
        code="MIA",
        name="Brew & Byte Café",
        address="3100 NE 2nd Ave, Miami, FL 33137",
        phone="(305) 555-0119",
        receipt_footer="See you tomorrow!",
        county="Miami-Dade",
        outlet_kind=OutletKind.CAFE,
        licence=Licence(LicenceKind.COP_2, "BEV-2300119", date(2024, 10, 1), None),
    ),
    tills=("Counter",),
    people=(
        Person("fay", "Fay Lindqvist", Role.CASHIER, "2846"),
        Person("gus", "Gus Moreno", Role.MANAGER, "8153"),
    ),
    book="CAFE",
    skus="CF-",
)
SHOPS = (HARBOR, GULF, CAFE)
