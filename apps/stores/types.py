"""What a store is, for every app above: kinds, roles, and the profile a till works under."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from apps.core.clock import business_date
from apps.core.types import Actor, ActorKind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime
    from decimal import Decimal
    from uuid import UUID
    from zoneinfo import ZoneInfo

    from apps.core.types import JSON


class OutletKind(StrEnum):
    """What the public takes the premises for; decides the tax on food (s. 212.08(1), F.S.)."""

    PACKAGE_STORE = "PACKAGE_STORE"
    CAFE = "CAFE"


class BeverageType(StrEnum):
    """What a drink is made from, which decides the licence it needs.

    A ready-to-drink can follows its base: malt is beer.
    """

    NONE = "NONE"
    BEER = "BEER"
    WINE = "WINE"
    SPIRITS = "SPIRITS"


class TaxClass(StrEnum):
    """What a product is to the Florida Department of Revenue."""

    ALCOHOL = "ALCOHOL"
    SOFT_DRINK = "SOFT_DRINK"  # soda, tonic, seltzer, energy drinks, ready-to-drink tea
    JUICE = "JUICE"  # 100 % juice
    JUICE_DRINK = "JUICE_DRINK"  # "ade", "cocktail", "drink"
    WATER = "WATER"  # plain, or naturally carbonated
    FLAVORED_WATER = "FLAVORED_WATER"  # flavoured or with added carbonation
    ICE = "ICE"
    CANDY = "CANDY"
    SNACK = "SNACK"  # chips, nuts, crackers in a sealed bag
    GROCERY = "GROCERY"  # food to take home, coffee beans and tea bags among it
    HOT_DRINK = "HOT_DRINK"
    PREPARED_FOOD = "PREPARED_FOOD"
    BAKERY = "BAKERY"
    ICE_CREAM = "ICE_CREAM"  # a pint or less
    TOBACCO = "TOBACCO"
    GENERAL = "GENERAL"  # glassware, barware, party supplies, anything else


class LicenceKind(StrEnum):
    """Licence types of the Division of Alcoholic Beverages and Tobacco."""

    PS_1 = "1APS"
    PS_2 = "2APS"
    PS_3 = "3PS"
    PS_3A = "3APS"
    PS_3B = "3BPS"
    PS_3C = "3CPS"
    PS_3D = "3DPS"
    COP_1 = "1COP"
    COP_2 = "2COP"
    COP_4 = "4COP"
    COP_5 = "5COP"
    COP_6 = "6COP"
    COP_7 = "7COP"
    COP_8 = "8COP"


class Role(StrEnum):
    """What a member of staff is hired as."""

    CASHIER = "CASHIER"
    SHIFT_LEAD = "SHIFT_LEAD"
    MANAGER = "MANAGER"
    OWNER = "OWNER"
    AUDITOR = "AUDITOR"


class Permission(StrEnum):
    """What a person may do. `rules.ROLE_TABLE` says which roles may."""

    SELL = "SELL"
    PARK_ORDER = "PARK_ORDER"
    VIEW_ORDERS = "VIEW_ORDERS"
    VIEW_STOCK = "VIEW_STOCK"
    PRINT_RECEIPT = "PRINT_RECEIPT"
    VOID_ORDER = "VOID_ORDER"
    RUN_DRAWER = "RUN_DRAWER"  # open, count and close it, put cash in, take it to the safe
    PAY_OUT = "PAY_OUT"  # as its limits are from the start; whoever runs a drawer may with leave
    GIVE_EMPLOYEE_PRICE = "GIVE_EMPLOYEE_PRICE"
    ADJUST_STOCK = "ADJUST_STOCK"
    VIEW_OFFICE = "VIEW_OFFICE"
    EDIT_CATALOG = "EDIT_CATALOG"
    IMPORT_PRODUCTS = "IMPORT_PRODUCTS"
    MOVE_STOCK = "MOVE_STOCK"
    CLOSE_DAY = "CLOSE_DAY"
    MANAGE_CUSTOMERS = "MANAGE_CUSTOMERS"  # at the back office; a till greets with SELL
    MANAGE_TERMINALS = "MANAGE_TERMINALS"
    MANAGE_STAFF = "MANAGE_STAFF"
    MANAGE_STORES = "MANAGE_STORES"
    MANAGE_SYNC = "MANAGE_SYNC"  # who is told what, and what becomes of facts that do not arrive


MOST_PERCENT = 10_000  # that are told, or asked for: a price is a hundred times too high


class ApprovalAction(StrEnum):
    """What may need somebody's approval at a till."""

    OVERRIDE_PRICE = "OVERRIDE_PRICE"
    VOID_ORDER = "VOID_ORDER"
    RETURN_ORDER = "RETURN_ORDER"
    NO_SALE = "NO_SALE"
    BLIND_RETURN = "BLIND_RETURN"  # goods taken back without a receipt
    PAY_OUT = "PAY_OUT"  # cash taken out of the drawer for something

    @property
    def word(self) -> str:
        """As the API names it."""
        return self.value.replace("_", "-").lower()


@dataclass(frozen=True, slots=True)
class Limits:
    """What a role may do at a till without asking anybody. None stands for no limit."""

    discount_percent: int  # off, or on top of, the price on file
    refund_cents: int | None
    void_cents: int | None
    may_open_drawer: bool
    blind_refund_cents: int | None = 0
    pay_out_cents: int | None = 0

    def cover(self, deed: Deed) -> bool:
        """Whether somebody with these limits may do it."""
        match deed.action:
            case ApprovalAction.OVERRIDE_PRICE:
                return deed.percent <= self.discount_percent
            case ApprovalAction.VOID_ORDER:
                return self.void_cents is None or deed.amount_cents <= self.void_cents
            case ApprovalAction.RETURN_ORDER:
                return self.refund_cents is None or deed.amount_cents <= self.refund_cents
            case ApprovalAction.NO_SALE:
                return self.may_open_drawer
            case ApprovalAction.BLIND_RETURN:
                most_cents = self.blind_refund_cents
                return most_cents is None or deed.amount_cents <= most_cents
            case ApprovalAction.PAY_OUT:
                return self.pay_out_cents is None or deed.amount_cents <= self.pay_out_cents


@dataclass(frozen=True, slots=True)
class Deed:
    """What a cashier is about to do that not everybody may.

    `order_id` is what it is done to: an order, or the return or cash movement that it makes.
    `amount_cents` is what it is worth: the price that is let off, the total that is voided, the
    money that goes back or out. `percent` says how far a price is off the one on file, rounded up.
    """

    action: ApprovalAction
    order_id: UUID | None = None
    amount_cents: int = 0
    percent: int = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody is asked to approve: at most this much, for this order or any one.

    `percent` is how far a price is to be off the one on file; left out, as far as the approver may.
    """

    action: ApprovalAction
    order_id: UUID | None = None
    amount_cents: int | None = None
    reason: str = ""
    percent: int | None = None

    @property
    def deed(self) -> Deed:
        """The least that it comes to, for whoever is to approve it."""
        return Deed(self.action, self.order_id, self.amount_cents or 1, self.percent or 1)


@dataclass(frozen=True, slots=True)
class Leave:
    """By whose leave something is done; by nobody's, where one's own limits suffice."""

    name: str = ""
    approver_id: int | None = None
    approval_id: UUID | None = None
    action: ApprovalAction | None = None

    @property
    def facts(self) -> dict[str, JSON]:
        """For the audit of the deed: who approved it, and which approval it has used up."""
        if self.approval_id is None or self.action is None:
            return {"approved_by": self.name}
        used: dict[str, JSON] = {
            "id": str(self.approval_id),
            "action": self.action.word,
            "approver": self.approver_id,
        }
        return {"approved_by": self.name, "approval": used}


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence of the premises. Both dates are inclusive; no end means until revoked."""

    kind: LicenceKind
    number: str
    valid_from: date
    valid_until: date | None


@dataclass(frozen=True, slots=True)
class TaxRates:
    """Sales tax of one county from a date on, as fractions of one: 0.06 is six percent."""

    effective_from: date
    state: Decimal
    surtax: Decimal
    surtax_cap_cents: int


@dataclass(frozen=True, slots=True)
class Hours:
    """A span of lawful sale, in minutes past its day's midnight: 1560 is 02:00 the next morning."""

    opens_minute: int
    closes_minute: int


@dataclass(frozen=True, slots=True)
class SellingCalendar:
    """When alcohol may be sold. A day with an exception follows it alone; no spans means closed."""

    weekly: dict[int, tuple[Hours, ...]]
    exceptions: dict[date, tuple[Hours, ...]]


@dataclass(frozen=True, slots=True)
class StoreProfile:
    """All that a sale needs to know of its store. Cached; a revision says when it is stale."""

    id: int
    code: str
    name: str
    address: str
    phone: str
    receipt_footer: str
    county: str
    timezone: str
    zone: ZoneInfo
    currency: str
    day_end_hour: int
    outlet_kind: OutletKind
    price_in_barcode_digits: int
    alcohol_floor_percent: int  # of the shelf price: no promotion goes below it
    licences: tuple[Licence, ...]
    tax_rates: tuple[TaxRates, ...]
    taxable: dict[TaxClass, tuple[tuple[date, bool], ...]]
    calendar: SellingCalendar
    recount_over_cents: int | None = None  # a drawer that is off by more is counted twice
    rounds_cash: bool = False  # to five cents, for want of pennies
    receipt_columns: int = 42  # of its receipt printers

    def business_date(self, at: datetime) -> date:
        """The date that an instant is booked on here."""
        return business_date(at, zone=self.zone, day_end_hour=self.day_end_hour)


@dataclass(frozen=True, slots=True)
class StoreDays:
    """A store and the days it books on: what pages need that show many stores at once."""

    id: int
    name: str
    zone: ZoneInfo
    day_end_hour: int

    def business_date(self, at: datetime) -> date:
        """The date that an instant is booked on here."""
        return business_date(at, zone=self.zone, day_end_hour=self.day_end_hour)


@dataclass(frozen=True, slots=True)
class Clerk:
    """Who is logged in at a till."""

    id: int
    code: str
    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class Register:
    """The till itself."""

    id: int
    number: int
    name: str


@dataclass(frozen=True, slots=True)
class Till:
    """A cashier at a terminal in a store: what a session token stands for."""

    session_id: int
    register: Register
    clerk: Clerk
    store: StoreProfile
    revision: int  # of reference data, when the session was looked up
    is_due_a_touch: bool  # its last use on record is more than a minute old

    @property
    def scope(self) -> str:
        """Under which this till's idempotency keys live."""
        return f"terminal:{self.register.id}"

    @property
    def actor(self) -> Actor:
        """The cashier, on the audit chain of the terminal."""
        return Actor(ActorKind.STAFF, str(self.clerk.id), self.clerk.name, self.scope)


@dataclass(frozen=True, slots=True)
class PairedTerminal:
    """A terminal that presents its own token, with nobody logged in."""

    register: Register
    store: StoreProfile

    @property
    def scope(self) -> str:
        """Under which this terminal's idempotency keys live."""
        return f"terminal:{self.register.id}"

    @property
    def actor(self) -> Actor:
        """The till itself, for what happens at it before anybody is known."""
        return Actor(ActorKind.SYSTEM, str(self.register.id), self.register.name, self.scope)


@dataclass(frozen=True, slots=True)
class NewStore:
    """What an owner says to open a store. Without spans of its own, the state's hours hold."""

    code: str
    name: str
    address: str
    county: str
    outlet_kind: OutletKind
    licence: Licence | None = None
    week: Mapping[int, tuple[Hours, ...]] = field(default_factory=dict)
    ordinance: str = ""
    phone: str = ""
    receipt_footer: str = ""
    timezone: str = "America/New_York"
    recount_over_cents: int | None = None


@dataclass(frozen=True, slots=True)
class NewTerminal:
    """What a manager enters to set up a till."""

    store_id: int
    number: int
    name: str


@dataclass(frozen=True, slots=True)
class NewStaff:
    """What an owner enters to hire somebody. The PIN is kept as a hash."""

    code: str
    name: str
    role: Role
    pin: str
    store_ids: tuple[int, ...]
