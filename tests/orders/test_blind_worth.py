"""Goods without a receipt are worth no more than somebody may have paid for them lately."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_subatomic.db import transaction

from apps.catalog.models import Barcode, Promotion
from apps.catalog.services.promotions import withdraw_promotion
from apps.orders.sold_prices import list_least_paid
from apps.stores.types import Role
from tests.catalog.promotions.drafts import publish
from tests.conftest import NOON
from tests.customers.people import make_customer
from tests.customers.points import make_points, make_programme
from tests.factories import MANAGER, make_staff, make_store
from tests.goods import line_of

from .approving import OVERRIDE, approved
from .sales import sold, voided
from .test_blind_returns import BLIND, came_back, give_back

if TYPE_CHECKING:
    from datetime import datetime

    from apps.catalog.models import Product
    from apps.stores.models import Store
    from apps.stores.types import Till

SHELF = 1999
LATELY = NOON - timedelta(days=30)


@pytest.fixture(autouse=True)
def mia(store: Store) -> None:
    """A manager, who approves what a shift lead may not."""
    make_staff(store, Role.MANAGER, code="mia")


def least(till: Till, product: Product, *, now: datetime = NOON) -> int | None:
    found = list_least_paid(
        store_id=till.store.id,
        product_ids=[product.pk],
        since=now - timedelta(days=30),
        now=now,
    )
    return found.get(product.pk)


def over(row: Promotion) -> None:
    with transaction():
        withdraw_promotion(actor=MANAGER, promotion_id=row.pk, now=NOON)


def worth(till: Till, product: Product, **fields: Any) -> int:
    """Cents per unit that goods without a receipt are credited at, before tax."""
    given = give_back(till, came_back(product, **fields), approval=approved(till, BLIND))
    cents: int = given["lines"][0]["unit_price_cents"]
    return cents


def test_a_promotion_that_is_over_still_lowers_what_goods_are_worth(
    till: Till, lead_till: Till, bourbon: Product
) -> None:
    row = publish()
    sold(till, bourbon)
    over(row)
    assert worth(till, bourbon) == SHELF - 200


def test_a_price_below_what_was_paid_counts(
    till: Till, lead_till: Till, bourbon: Product, chips: Product
) -> None:
    publish()
    sold(till, bourbon)
    assert worth(till, chips) == 199
    assert worth(till, bourbon, unit_price_cents=1_500) == 1_500


def test_a_pack_is_worth_what_its_bottles_were_sold_for(
    till: Till, lead_till: Till, bourbon: Product
) -> None:
    Barcode.objects.create(product=bourbon, gtin="00012345678905", pack_size=3)
    row = publish()
    sold(till, line_of(bourbon, 2))
    over(row)
    line = {"barcode": "012345678905", "quantity": 1, "restock": True}
    given = give_back(till, line, approval=approved(till, BLIND, by="mia"))
    assert given["lines"][0]["unit_price_cents"] == 3 * (SHELF - 200)


def test_a_price_set_by_hand_counts(till: Till, bourbon: Product) -> None:
    token = approved(till, OVERRIDE, amount_cents=500, by="mia")
    sold(till, line_of(bourbon, unit_price_cents=1_499, approval=token))
    assert least(till, bourbon) == 1_499


def test_an_employee_price_counts(lead_till: Till, bourbon: Product) -> None:
    publish(for_employees=True)
    sold(lead_till, bourbon, employee_price=True)
    assert least(lead_till, bourbon) == SHELF - 200


def test_what_a_bottle_was_sold_for_is_rounded_down(till: Till, bourbon: Product) -> None:
    publish()
    sold(till, line_of(bourbon, 3), cash=6_000)
    assert least(till, bourbon) == (3 * SHELF - 600) // 3


def test_voided_sales_and_old_ones_do_not_count(
    till: Till, lead_till: Till, bourbon: Product
) -> None:
    publish()
    voided(lead_till, sold(till, bourbon)["id"])
    assert least(till, bourbon) is None
    sold(till, bourbon)
    assert least(till, bourbon, now=NOON + timedelta(days=30, seconds=-1)) == SHELF - 200
    assert least(till, bourbon, now=NOON + timedelta(days=30)) is None
    assert least(till, bourbon, now=NOON - timedelta(seconds=1)) is None


def test_sales_of_another_store_do_not_count(till: Till, bourbon: Product) -> None:
    other = replace(till, store=replace(till.store, id=make_store("TWO").pk))
    sold(till, bourbon)
    assert (least(till, bourbon), least(other, bourbon)) == (SHELF, None)


def test_a_sale_in_which_points_were_used_tells_no_price(till: Till, chips: Product) -> None:
    ada = make_customer()
    make_points(make_programme(), ada, 1_000)
    sold(till, chips, customer_id=str(ada.pk), redeem_points=100)
    assert least(till, chips) is None
    sold(till, chips, customer_id=str(ada.pk))
    assert least(till, chips) == 199


def test_what_was_given_away_had_no_price(till: Till, chips: Product) -> None:
    publish(percent=Decimal(100))
    assert sold(till, chips)["lines"][0]["total_cents"] == 0
    assert least(till, chips) is None


def test_what_was_sold_is_one_statement_more(till: Till, bourbon: Product, chips: Product) -> None:
    with CaptureQueriesContext(connection) as asked:
        found = list_least_paid(
            store_id=till.store.id, product_ids=[bourbon.pk, chips.pk], since=LATELY, now=NOON
        )
    assert (len(asked), found) == (1, {})
