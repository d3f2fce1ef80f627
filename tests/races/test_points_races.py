"""Two tills use one customer's points at the same instant: one of them does."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from apps.core.answers import Answer
from apps.customers.errors import PointsInsufficient
from apps.customers.models import LoyaltyAccount
from apps.customers.points import find_points_drift
from apps.orders.points_checks import find_mispointed_orders
from tests.customers.people import make_customer
from tests.customers.points import make_points, make_programme
from tests.factories import make_store, open_till
from tests.goods import basket, make_product
from tests.orders.crowd import all_at_once, assert_books_balance, only
from tests.orders.sales import send

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
TILLS = 6


def test_points_are_used_once_however_many_tills_try() -> None:
    store = make_store(all_day=True)
    bourbon, ada = make_product(store=store, on_hand=100), make_customer()
    make_points(make_programme(), ada, 550)
    tills = [open_till(store, code=f"c{n}", number=n)[0] for n in range(1, TILLS + 1)]
    said: dict[str, Any] = {"customer_id": str(ada.pk), "redeem_points": 500}
    outcomes = all_at_once([partial(send, till, basket(bourbon, **said)) for till in tills])
    assert (len(only(Answer, outcomes)), len(only(PointsInsufficient, outcomes))) == (1, TILLS - 1)
    assert LoyaltyAccount.objects.get().balance == 550 - 500 + 14
    assert [*find_points_drift(), *find_mispointed_orders()] == []
    assert_books_balance()


def test_points_of_sales_at_many_tills_all_arrive_in_an_account_that_is_begun_once() -> None:
    store = make_store(all_day=True)
    bourbon, ada = make_product(store=store, on_hand=100), make_customer()
    make_programme()
    tills = [open_till(store, code=f"c{n}", number=n)[0] for n in range(1, TILLS + 1)]
    body: dict[str, Any] = {"customer_id": str(ada.pk)}
    outcomes = all_at_once([partial(send, till, basket(bourbon, **body)) for till in tills])
    assert len(only(Answer, outcomes)) == TILLS, outcomes
    assert LoyaltyAccount.objects.get().balance == TILLS * 19
    assert list(find_points_drift()) == []
