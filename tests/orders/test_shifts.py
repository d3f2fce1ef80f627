"""What is sold, voided and taken back belongs to the shift in which its cash moved."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.orders.models import Order, Return
from apps.payments.drawer_selectors import find_unbalanced_drawers
from apps.payments.errors import ShiftNotOpen
from apps.payments.models import Tender
from tests.conftest import NOON
from tests.goods import basket, line_of
from tests.payments.drawers import FLOAT_CENTS, closed, expected, opened

from .returns import take_back
from .sales import count_rows, on_hand, send, sold, voided

if TYPE_CHECKING:
    from apps.catalog.models import Product
    from apps.stores.types import Till

CHIPS_CENTS = 199
TOMORROW = NOON + timedelta(days=1)


def test_a_till_that_never_opened_a_shift_sells_without_one(till: Till, chips: Product) -> None:
    sold(till, chips)
    assert Order.objects.get().shift_id is None


def test_a_sale_belongs_to_the_open_shift_of_its_till(
    till: Till, second_till: Till, chips: Product
) -> None:
    shift, other = opened(till), opened(second_till)
    sold(till, chips)
    sold(second_till, chips)
    owners = Order.objects.order_by("terminal__number").values_list("shift_id", flat=True)
    assert list(owners) == [shift.pk, other.pk]


def test_a_till_whose_shift_is_closed_sells_nothing(till: Till, chips: Product) -> None:
    opened(till)
    closed(till)
    before = count_rows()
    with pytest.raises(ShiftNotOpen):
        send(till, basket(chips))
    assert (count_rows(), on_hand(till, chips)) == (before, 10)


def test_a_sale_that_was_made_is_answered_though_its_shift_is_closed(
    till: Till, chips: Product
) -> None:
    opened(till)
    body = basket(chips)
    first = send(till, body)
    closed(till)
    assert send(till, body).is_replay
    assert first.status == 201
    assert Order.objects.count() == 1


def test_cash_in_the_drawer_is_what_was_paid_less_the_change(till: Till, chips: Product) -> None:
    opened(till)
    sold(till, line_of(chips, 2), cash=5000, tip_cents=150)
    assert expected(till) == FLOAT_CENTS + 2 * CHIPS_CENTS + 150


def test_a_void_takes_its_cash_from_the_shift_in_which_it_happens(
    till: Till, lead_till: Till, chips: Product
) -> None:
    shift, voiding = opened(till), opened(lead_till)
    order = voided(lead_till, sold(till, chips, tip_cents=50)["id"])
    assert (expected(till), expected(lead_till)) == (
        FLOAT_CENTS + CHIPS_CENTS + 50,
        FLOAT_CENTS - CHIPS_CENTS - 50,
    )
    row = Order.objects.get(pk=order["id"])
    assert (row.shift_id, row.void_shift_id) == (shift.pk, voiding.pk)


def test_a_return_takes_its_cash_from_the_shift_in_which_it_happens(
    lead_till: Till, chips: Product
) -> None:
    opened(lead_till)
    order = sold(lead_till, line_of(chips, 3))
    closed(lead_till)
    shift = opened(lead_till, now=TOMORROW)
    take_back(lead_till, order, now=TOMORROW)
    assert Return.objects.get().shift_id == shift.pk
    assert expected(lead_till) == FLOAT_CENTS - 3 * CHIPS_CENTS
    closed(lead_till, now=TOMORROW)
    assert find_unbalanced_drawers() == []


def test_a_till_whose_shift_is_closed_hands_nothing_back(
    till: Till, lead_till: Till, chips: Product
) -> None:
    order = sold(till, line_of(chips, 2))
    opened(lead_till)
    closed(lead_till)
    before = count_rows()
    with pytest.raises(ShiftNotOpen):
        voided(lead_till, order["id"])
    with pytest.raises(ShiftNotOpen):
        take_back(lead_till, order)
    assert (count_rows(), Tender.objects.count()) == (before, 1)


def test_a_shift_costs_a_sale_no_statement(till: Till, second_till: Till, chips: Product) -> None:
    opened(second_till)
    counts = []
    for seller in (till, second_till):
        sold(seller, chips)
        with CaptureQueriesContext(connection) as queries:
            sold(seller, chips)
        counts.append(len(queries))
    assert counts[0] == counts[1]
