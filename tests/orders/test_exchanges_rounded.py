"""An exchange in a store without pennies: both halves are rounded, and the difference is theirs."""

from __future__ import annotations

from uuid import uuid4

import pytest

from apps.orders.z_checks import find_faulty_shifts
from apps.payments.drawer_selectors import find_unbalanced_drawers
from apps.stores.types import Role
from tests.factories import api_client, make_store, open_till
from tests.goods import basket, make_product, make_snack
from tests.payments.drawers import FLOAT_CENTS, closed, expected, opened

from .crowd import assert_books_balance
from .returns import return_of, some_of
from .sales import sold

pytestmark = pytest.mark.django_db


def test_what_crosses_the_counter_is_the_difference_of_the_rounded_halves() -> None:
    store = make_store(all_day=True, rounds_cash=True)
    till, token = open_till(store, Role.SHIFT_LEAD)
    chips, bourbon = make_snack(store=store, on_hand=9), make_product(store=store, on_hand=9)
    opened(till)
    sale = sold(till, chips, cash=200)
    swap = return_of(some_of(sale), order=basket(bourbon, cash=2140))
    api = api_client(token)
    answer = api.post(f"orders/{sale['id']}/exchanges", {"id": str(uuid4()), **swap}, key="k")
    document = answer.json()
    halves = document["order"], document["returned"]
    assert [half["cash_rounding_cents"] for half in halves] == [1, 1]
    assert document["difference_cents"] == 2140 - 200
    assert expected(till) == FLOAT_CENTS + 200 + 2140 - 200
    closed(till)
    assert [*find_faulty_shifts(), *find_unbalanced_drawers()] == []
    assert_books_balance()
