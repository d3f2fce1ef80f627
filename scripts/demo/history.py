"""A week of sales before the demo begins, so that its charts have something to show.

The sales go through the same service as every other; only their clock is set back.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

from rich.progress import track

from apps.catalog.selectors import list_items_by_id, list_product_ids
from apps.core import answers
from apps.core.reference import read_revision
from apps.orders.services.selling import sell
from apps.orders.types import (
    AgeCheckRequest,
    AgeDocument,
    AgeMethod,
    LineRequest,
    OrderRequest,
)
from apps.payments.types import Offered, TenderKind
from apps.stores.selectors import get_store_profile, list_clerks, list_registers
from apps.stores.types import Till
from scripts.demo.past_shifts import PastShifts
from scripts.demo.shops import SHOPS

if TYPE_CHECKING:
    from apps.catalog.types import Item
    from apps.stores.types import Clerk, Register, StoreProfile
    from scripts.demo.shops import Shop

SEED = 1933
SALES_PER_DAY = 22
# Shares of the sales by hour: a liquor store fills up in the evening, a café in the morning.
EVENING = dict(zip(range(10, 23), (2, 2, 3, 3, 3, 4, 6, 9, 10, 9, 7, 5, 3), strict=True))
MORNING = dict(zip(range(7, 18), (9, 12, 9, 6, 5, 8, 6, 4, 4, 3, 2), strict=True))
FAVOURITES = 1.4  # how strongly the head of the catalog is preferred; 1 would be evenly
ADULT = AgeCheckRequest(
    AgeMethod.TYPED,
    document=AgeDocument.DRIVER_LICENSE,
    date_of_birth=date(1984, 5, 6),
    expires_on=date(2031, 5, 6),
)
A_HUNDRED_DOLLARS = 10_000


@dataclass(frozen=True)
class Counter:
    """One till of the past, with whoever stood at it."""

    store: StoreProfile
    register: Register
    clerks: tuple[Clerk, ...]
    items: tuple[Item, ...]
    hours: dict[int, int]
    keeps_drawer: bool


def write_history(now: datetime, *, days: int = 7) -> int:
    """Sell for some days up to `now`, in the order of time; the number of sales."""
    dice = random.Random(SEED)  # noqa: S311 - baskets, not secrets
    counters = [counter for shop in SHOPS for counter in _counters(shop, now)]
    moments = sorted(
        (moment for counter in counters for moment in _moments(counter, now, days, dice)),
        key=lambda moment: moment[0],
    )
    shifts = PastShifts(dice)
    for at, counter in track(moments, description="Writing a week of sales", transient=True):
        _sell(counter, at, dice, shifts)
    shifts.close_all()
    return len(moments)


def _counters(shop: Shop, now: datetime) -> list[Counter]:
    revision = read_revision()
    registers = list_registers(store_code=shop.store.code)
    codes = {person.code for person in shop.people}
    people = list_clerks(store_code=shop.store.code)
    clerks = tuple(clerk for clerk in people if clerk.code in codes)
    store = get_store_profile(store_id=registers[0][0], revision=revision)
    ids = list_product_ids(sku_prefix=shop.skus)
    items = list_items_by_id(store=store, product_ids=ids, revision=revision, now=now)
    is_cafe = shop.skus == "CF-"
    return [
        Counter(
            store=store,
            register=register,
            clerks=clerks,
            items=tuple(items),
            hours=MORNING if is_cafe else EVENING,
            keeps_drawer=not is_cafe,
        )
        for _, register in registers
    ]


def _moments(
    counter: Counter, now: datetime, days: int, dice: random.Random
) -> list[tuple[datetime, Counter]]:
    zone = ZoneInfo(counter.store.timezone)
    today = now.astimezone(zone).date()
    moments = []
    for ago in range(days, -1, -1):
        weekend = (today - timedelta(days=ago)).weekday() >= 4  # noqa: PLR2004 - Friday and later
        for _ in range(SALES_PER_DAY * (3 if weekend else 2) // 2):
            (hour,) = dice.choices(list(counter.hours), weights=list(counter.hours.values()))
            at = datetime.combine(today - timedelta(days=ago), datetime.min.time(), zone)
            at = at.replace(hour=hour, minute=dice.randrange(60), second=dice.randrange(60))
            if at < now:
                moments.append((at, counter))
    return moments


def _sell(counter: Counter, at: datetime, dice: random.Random, shifts: PastShifts) -> None:
    order_id = _id(dice)
    request = OrderRequest(
        id=order_id,
        lines=tuple(_line(counter, dice) for _ in range(dice.choice((1, 1, 2, 2, 3, 4, 6)))),
        offered=(Offered(TenderKind.CASH, 50 * A_HUNDRED_DOLLARS),),
        age_check=ADULT,
        fingerprint="demo",
    )
    till = Till(
        session_id=0,
        register=counter.register,
        clerk=dice.choice(counter.clerks),
        store=counter.store,
        revision=read_revision(),
        is_due_a_touch=False,
    )
    if counter.keeps_drawer:
        shifts.note_sale(till, at)
    keyed = answers.Request(till.scope, str(order_id), "demo", None)
    sell(till=till, request=request, keyed=keyed, now=at)


def _line(counter: Counter, dice: random.Random) -> LineRequest:
    item = counter.items[int(len(counter.items) * dice.random() ** FAVOURITES)]
    chosen = [dice.choice(group.choices).id for group in item.modifier_groups if group.minimum]
    return LineRequest(
        id=_id(dice),
        quantity=dice.choice((1, 1, 1, 2, 2, 3)),
        product_id=item.id,
        modifier_ids=tuple(chosen),
    )


def _id(dice: random.Random) -> UUID:
    return UUID(int=dice.getrandbits(128), version=4)
