"""Selling, moving cash and closing at one till at the same instant."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from apps.core.answers import Answer
from apps.orders.models import Order, ZReport
from apps.orders.takings import sum_shift
from apps.payments.drawer_selectors import find_unbalanced_drawers
from apps.payments.errors import RecountRequired, ShiftAlreadyOpen, ShiftNotOpen
from apps.payments.models import CashMovement, DrawerCount, Shift
from apps.stores.types import Role
from tests.conftest import NOON
from tests.factories import make_store, open_till
from tests.goods import basket, make_snack
from tests.orders.crowd import all_at_once, assert_books_balance, only, queue_for
from tests.orders.returns import take_back
from tests.orders.sales import send, sold, voided
from tests.payments.drawers import in_coins, moved, opened, send_count

if TYPE_CHECKING:
    from collections.abc import Callable

    from apps.catalog.models import Product
    from apps.stores.models import Store
    from apps.stores.types import Till

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

CHIPS_CENTS = 199


@pytest.fixture
def store() -> Store:
    return make_store()


@pytest.fixture
def till(store: Store) -> Till:
    return open_till(store, Role.SHIFT_LEAD, now=NOON)[0]


@pytest.fixture
def chips(store: Store) -> Product:
    return make_snack(on_hand=100, store=store)


def assert_the_z_tells_all() -> None:
    """Everything that stands in a closed shift stands on its Z, and all else is refused."""
    for z in ZReport.objects.all():
        figures = sum_shift(z.shift_id).figures
        assert {name: z.snapshot[name] for name in figures} == figures
    assert find_unbalanced_drawers() == []
    assert_books_balance()


def sell_until_closed(till: Till, chips: Product) -> int:
    """How many sales went through before the shift was closed."""
    for sales in range(1_000):
        try:
            send(till, basket(chips))
        except ShiftNotOpen:
            return sales
    return 1_000


def close_after(sales: int, till: Till) -> Answer:
    """Close the shift once so many sales are in."""
    while Order.objects.count() < sales:
        time.sleep(0.005)
    return send_count(till, in_coins(0))


@pytest.mark.parametrize("sales", [0, 3, 10])
def test_no_sale_is_in_a_closed_shift_and_outside_its_z(
    till: Till, chips: Product, sales: int
) -> None:
    opened(till)
    sellers: list[Callable[[], Any]] = [partial(sell_until_closed, till, chips)] * 4
    actions: list[Callable[[], Any]] = [*sellers, partial(close_after, sales, till)]
    *counts, closing = all_at_once(actions)
    assert isinstance(closing, Answer)
    assert sum(only(int, counts)) == Order.objects.filter(shift__isnull=False).count()
    assert ZReport.objects.get().snapshot["sales"]["count"] == Order.objects.count()
    assert_the_z_tells_all()


def test_a_closing_that_waits_for_a_sale_counts_it_in(till: Till, chips: Product) -> None:
    opened(till)
    with queue_for(chips) as queue:
        queue.begin(partial(send, till, basket(chips)))
        queue.begin(partial(send_count, till, in_coins(0)))
    assert [type(outcome) for outcome in queue.outcomes()] == [Answer, Answer]
    assert ZReport.objects.get().snapshot["sales"]["total_cents"] == CHIPS_CENTS
    assert_the_z_tells_all()


def test_a_sale_that_waits_for_a_closing_is_refused(till: Till, chips: Product) -> None:
    opened(till)
    with queue_for(chips) as queue:
        queue.begin(partial(send, till, basket(chips)))
        queue.begin(partial(send_count, till, in_coins(0)))
        queue.begin(partial(send, till, basket(chips)))
    assert [type(outcome) for outcome in queue.outcomes()] == [Answer, Answer, ShiftNotOpen]
    assert Order.objects.count() == 1
    assert_the_z_tells_all()


def test_a_void_and_a_return_that_wait_for_a_closing_are_refused(
    till: Till, chips: Product
) -> None:
    opened(till)
    orders = [sold(till, chips) for _ in range(2)]
    with queue_for(chips) as queue:
        queue.begin(partial(send, till, basket(chips)))
        queue.begin(partial(send_count, till, in_coins(0)))
        queue.begin(partial(voided, till, orders[0]["id"]))
        queue.begin(partial(take_back, till, orders[1]))
    assert [type(outcome) for outcome in queue.outcomes()[2:]] == [ShiftNotOpen] * 2
    assert_the_z_tells_all()


def test_of_twenty_closings_one_succeeds(till: Till) -> None:
    opened(till)
    outcomes = all_at_once([partial(send_count, till, in_coins(5))] * 20)
    assert (len(only(Answer, outcomes)), len(only(ShiftNotOpen, outcomes))) == (1, 19)
    assert list(ZReport.objects.values_list("number", flat=True)) == [1]
    assert_the_z_tells_all()


def test_a_closing_sent_ten_times_under_its_key_is_answered_once_and_replayed(till: Till) -> None:
    opened(till)
    outcomes = all_at_once([partial(send_count, till, in_coins(5), key="k")] * 10)
    answers = [*only(Answer, outcomes), send_count(till, in_coins(5), key="k")]
    assert [answer.is_replay for answer in answers].count(False) == 1
    assert len({answer.body for answer in answers}) == 1
    assert DrawerCount.objects.count() == 1


def test_of_ten_openings_at_a_till_one_succeeds(till: Till) -> None:
    outcomes = all_at_once([partial(opened, till)] * 10)
    assert (len(only(Shift, outcomes)), len(only(ShiftAlreadyOpen, outcomes))) == (1, 9)


def test_cash_that_moves_while_the_drawer_is_closed_is_on_the_z_or_refused(till: Till) -> None:
    opened(till)
    drops: list[Callable[[], Any]] = [partial(moved, till, "DROP", 100)] * 12
    actions: list[Callable[[], Any]] = [*drops, partial(send_count, till, in_coins(0))]
    outcomes = all_at_once(actions)
    made = only(CashMovement, outcomes)
    assert len(made) + len(only(ShiftNotOpen, outcomes)) == len(drops)
    assert ZReport.objects.get().snapshot["cash"]["drops_cents"] == 100 * len(made)
    assert_the_z_tells_all()


def test_many_first_counts_at_once_are_all_kept_and_none_closes_by_accident(
    till: Till,
) -> None:
    shift = opened(till)
    strict = _strict(till)
    outcomes = all_at_once([partial(send_count, strict, in_coins(5), key="k")] * 5)
    assert not only(Answer, outcomes)
    assert len(only(RecountRequired, outcomes)) >= 1
    assert DrawerCount.objects.count() == 1
    assert Shift.objects.get(pk=shift.pk).status == "OPEN"


def test_first_sales_and_the_first_shift_of_a_new_till_do_not_miss_each_other(
    till: Till, chips: Product
) -> None:
    actions: list[Callable[[], Any]] = [partial(send, till, basket(chips)), partial(opened, till)]
    outcomes = all_at_once(actions)
    assert only(Exception, outcomes) == []
    send_count(till, in_coins(0))
    assert_the_z_tells_all()


def _strict(till: Till) -> Till:
    return replace(till, store=replace(till.store, recount_over_cents=0))
