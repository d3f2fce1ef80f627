"""Whatever happens at the tills, a day's journal is the day that Zs and closings tell."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest
import time_machine

from apps.core.models import OutboxEvent
from apps.orders.models import ZReport
from apps.orders.takings import sum_day
from apps.sync.transforms.chart import DEFAULT, Account
from apps.sync.transforms.journal import lines_of
from apps.sync.transforms.seam import StoredFact
from tests.factories import make_store
from tests.orders.register_shops import make_register

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from apps.stores.models import Store
    from tests.orders.register_days import Register

ACTIONS = 120
EVENING = datetime(2026, 10, 31, 20, tzinfo=UTC)  # the clocks of New York go back in this night
AFTERWARDS = datetime(2027, 4, 1, tzinfo=UTC)
BY_CODE = {named.code: account for account, named in DEFAULT.items()}
A = Account

type Balances = Mapping[Account, int]


@pytest.fixture
def store(db: None) -> Store:
    return make_store(all_day=True, rounds_cash=True)


@pytest.fixture
def register(store: Store) -> Register:
    """The shop after a day and a night of random trade."""
    register = make_register(store, "a journal", since=EVENING)
    with time_machine.travel(AFTERWARDS, tick=False):
        for _ in range(ACTIONS):
            register.act()
        register.finish()
    return register


def lines_of_facts() -> list[dict[str, Any]]:
    facts = [
        StoredFact(
            0, f.event_id, f.type, f.version, f.aggregate, f.occurred_at, json.dumps(f.payload)
        )
        for f in OutboxEvent.objects.filter(is_shared=True)
    ]
    return [line for fact in facts for line in lines_of(fact)]


def balances(lines: list[dict[str, Any]]) -> Counter[Account]:
    sums: Counter[Account] = Counter()
    for line in lines:
        sums[BY_CODE[line["account"]]] += line["debit_cents"] - line["credit_cents"]
    return sums


def by_day(lines: list[dict[str, Any]]) -> dict[date, list[dict[str, Any]]]:
    days = defaultdict(list)
    for line in lines:
        days[date.fromisoformat(line["date"])].append(line)
    return days


def test_a_days_journal_is_the_days_takings(store: Store, register: Register) -> None:
    days = by_day([line for line in lines_of_facts() if not is_of_a_drawer(line)])
    assert len(days) > 1
    for day, lines in days.items():
        figures = sum_day(store_id=store.pk, business_date=day).figures
        posted = balances(lines)
        assert_goods_and_tax(posted, figures)
        assert_money(posted, figures)
        assert (sum(posted.values()), posted[A.SUSPENSE]) == (0, 0)


def is_of_a_drawer(line: dict[str, Any]) -> bool:
    """Whether a line comes of a shift's Z or its amendment, and of no sale or return."""
    return str(line["reference"]).startswith("Z ") or line["memo"] == "Sold before the count"


def assert_goods_and_tax(posted: Balances, figures: dict[str, Any]) -> None:
    sales, voids, returns = figures["sales"], figures["voids"], figures["returns"]
    assert -posted[A.SALES] == sales["subtotal_cents"] - voids["subtotal_cents"] != 0
    assert posted[A.DISCOUNTS] == sales["discount_cents"] - voids["discount_cents"]
    assert -posted[A.SALES_TAX] == figures["tax_cents"]
    assert -posted[A.TIPS] == sales["tip_cents"] - voids["tip_cents"]
    assert posted[A.RETURNS] == returns["total_cents"] - returns["tax_cents"]
    assert -posted[A.ROUNDING] == figures["cash_rounding_cents"]


def assert_money(posted: Balances, figures: dict[str, Any]) -> None:
    """What was tendered by its kind; gift cards that were sold are owed on the same account."""
    net: Counter[str] = Counter()
    for tender in figures["tenders"]:
        net[tender["kind"]] += tender["net_cents"]
    cards = figures["gift_cards"]
    loaded = cards["sold_cents"] - cards["voided_cents"]
    assert posted[A.CASH] == net["cash"]
    assert posted[A.CARDS] == net["card"]
    assert posted[A.STORE_CREDIT] == net["store_credit"]
    assert posted[A.GIFT_CARDS] == net["gift_card"] - loaded


def test_drawers_hold_what_was_counted_and_are_off_by_what_was_counted_wrongly(
    register: Register,
) -> None:
    lines = lines_of_facts()
    posted, snapshots = balances(lines), [z.snapshot for z in ZReport.objects.all()]
    floats = sum(z["cash"]["opening_float_cents"] for z in snapshots)
    assert posted[A.CASH] == sum(z["counted_cents"] for z in snapshots) - floats
    assert -posted[A.OVER_SHORT] == sum(off for desk in register.desks for off in desk.offs) != 0
    moved = {name: sum(z["cash"][f"{name}_cents"] for z in snapshots) for name in ("drops",)}
    assert posted[A.SAFE] == moved["drops"] != 0
    assert any(line["memo"] == "Sold before the count" for line in lines)


def test_what_is_owed_on_gift_cards_is_what_customers_hold(register: Register) -> None:
    posted = balances(lines_of_facts())
    owed = -posted[A.GIFT_CARDS] - posted[A.STORE_CREDIT]
    assert owed == sum(register.wallet.values()) != 0
