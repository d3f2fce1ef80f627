"""Whatever happens at the tills, every drawer balances, and the Zs tell all of it once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from django.db.models import Sum

from apps.orders.blind_returns import find_faulty_blind_returns
from apps.orders.models import Order, ZAmendment, ZReport
from apps.orders.z_checks import find_faulty_shifts
from apps.payments.drawer_selectors import find_unbalanced_drawers
from apps.payments.models import CashMovement, StoredValueAccount, StoredValueEntry
from apps.payments.stored_value_codes import hash_code
from apps.payments.stored_value_selectors import find_stored_value_drift
from tests.factories import make_store

from .crowd import assert_books_balance
from .register_shops import make_register

if TYPE_CHECKING:
    from .register_days import Register

ACTIONS = 300  # at some twelve minutes each: two days and a half
# Before midnight of the days on which the clocks of New York go back and forward, and of any other.
EVENINGS = {
    "fall": datetime(2026, 10, 31, 20, tzinfo=UTC),
    "spring": datetime(2027, 3, 13, 20, tzinfo=UTC),
    "year's end": datetime(2026, 12, 31, 16, tzinfo=UTC),
}
NO_PENNIES = ", without pennies"
AFTERWARDS = datetime(2027, 4, 1, tzinfo=UTC)


@pytest.fixture(params=[*EVENINGS, f"fall{NO_PENNIES}", f"year's end{NO_PENNIES}"])
def register(db: None, request: Any) -> Register:
    """The shop after a day and a night of random trade."""
    rounds_cash = request.param.endswith(NO_PENNIES)
    store = make_store(all_day=True, rounds_cash=rounds_cash)
    since = EVENINGS[request.param.removesuffix(NO_PENNIES)]
    register = make_register(store, request.param, since=since)
    with time_machine.travel(AFTERWARDS, tick=False):  # offline sales are none of the future
        for _ in range(ACTIONS):
            register.act()
        register.finish()
    return register


def test_random_days_balance_to_the_cent(register: Register) -> None:
    zs = [z for desk in register.desks for z in desk.zs]
    assert len(zs) == ZReport.objects.count() > len(register.desks)
    assert ZAmendment.objects.exists()
    assert_variances_are_what_was_counted_wrongly(register)
    assert_tax_on_zs_is_the_tax_on_receipts(register)
    assert_reprints_are_what_was_printed(zs)
    assert_everything_is_in_a_shift_and_numbered()
    assert_customers_hold_what_the_books_say(register)
    assert [*find_unbalanced_drawers(), *find_faulty_shifts()] == []
    assert_books_balance()


def assert_variances_are_what_was_counted_wrongly(register: Register) -> None:
    """Once all late sales are in, what is left between books and drawers is what we planted."""
    for desk in register.desks:
        for z, off in zip(desk.zs, desk.offs, strict=True):
            posted = CashMovement.objects.filter(shift=z["shift_id"], kind="VARIANCE")
            assert (posted.aggregate(cents=Sum("amount_cents"))["cents"] or 0) == off


def assert_tax_on_zs_is_the_tax_on_receipts(register: Register) -> None:
    snapshots = [*_snapshots(ZReport), *_snapshots(ZAmendment)]
    assert sum(figures["tax_cents"] for figures in snapshots) == register.tax_cents
    for figures in snapshots:
        tendered = sum(tender["net_cents"] for tender in figures["tenders"])
        assert tendered == figures["net_cents"] + figures["cash_rounding_cents"]
    rounded = any(figures["cash_rounding_cents"] for figures in snapshots)
    assert rounded == register.has_no_pennies


def assert_reprints_are_what_was_printed(zs: list[dict[str, Any]]) -> None:
    stored = {str(z.shift_id): z.snapshot for z in ZReport.objects.all()}
    for z in zs:
        assert {**stored[z["shift_id"]], "amendments": []} == z


def assert_everything_is_in_a_shift_and_numbered() -> None:
    assert not Order.objects.filter(shift__isnull=True).exists()
    for terminal in Order.objects.values_list("terminal", flat=True).distinct():
        numbers = ZReport.objects.filter(terminal=terminal).order_by("closed_at", "pk")
        found = list(numbers.values_list("number", flat=True))
        assert found == list(range(1, len(found) + 1))


def assert_customers_hold_what_the_books_say(register: Register) -> None:
    """Balances are what customers counted in their wallets, and the sum of all that moved them."""
    balances = {row.code_hash: row.balance_cents for row in StoredValueAccount.objects.all()}
    assert balances == {hash_code(code): cents for code, cents in register.wallet.items()}
    moved = StoredValueEntry.objects.aggregate(cents=Sum("amount_cents"))["cents"]
    assert moved == sum(register.wallet.values())
    kinds = set(StoredValueEntry.objects.values_list("kind", flat=True))
    assert kinds >= {"SOLD", "SPENT", "CREDITED"}
    assert [*find_stored_value_drift(), *find_faulty_blind_returns()] == []


def _snapshots(model: Any) -> list[dict[str, Any]]:
    return list(model.objects.values_list("snapshot", flat=True))
