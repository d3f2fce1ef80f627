"""Cashiers by what they do out of the ordinary, against what they sell."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from django.urls import reverse

from apps.stores.types import Role
from tests.admin.office import office, text_of
from tests.catalog.editions import draft, roll_back
from tests.catalog.editions import publish as publish_prices
from tests.catalog.promotions.drafts import publish as promote
from tests.conftest import NOON
from tests.factories import open_till
from tests.orders.returns import some_of, take_back
from tests.orders.sales import sold, voided
from tests.payments.drawers import FLOAT_CENTS, moved, opened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client

    from apps.catalog.models import Product
    from apps.stores.models import Store
    from apps.stores.types import Till

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def lea(store: Store) -> Till:
    return open_till(store, Role.SHIFT_LEAD, code="lea", number=1, now=NOON)[0]


@pytest.fixture
def max_(store: Store) -> Till:
    return open_till(store, Role.SHIFT_LEAD, code="max", number=2, now=NOON)[0]


def rows(client: Client, **query: Any) -> dict[str, dict[str, Any]]:
    page = client.get(reverse("exceptions"), query)
    return {row["name"]: row for row in page.context["rows"]}


def void_some(till: Till, chips: Product, *, sales: int, voids: int, **when: Any) -> None:
    orders = [sold(till, chips, **when) for _ in range(sales)]
    for order in orders[:voids]:
        voided(till, order["id"], **when)


def test_whoever_does_most_per_sale_comes_first(
    manager: Client, lea: Till, max_: Till, chips: Product
) -> None:
    void_some(lea, chips, sales=4, voids=2)
    void_some(max_, chips, sales=4, voids=1)
    ranked = rows(manager)
    assert list(ranked) == ["Lea", "Max"]
    assert [str(row["per_hundred"]) for row in ranked.values()] == ["50.0", "25.0"]
    assert [row["amount"] for row in ranked.values()] == ["$3.98", "$1.99"]


def test_a_drop_of_more_than_the_drawer_holds_is_ranked(manager: Client, lea: Till) -> None:
    opened(lea)
    moved(lea, "DROP", FLOAT_CENTS + 1)
    page = manager.get(reverse("exceptions"))
    counts = dict(zip(page.context["kinds"], page.context["rows"][0]["counts"], strict=True))
    assert counts["Beyond the drawer"] == 1


def test_each_kind_is_counted_apart(manager: Client, lea: Till, chips: Product) -> None:
    void_some(lea, chips, sales=2, voids=1)
    order = sold(lea, chips)
    take_back(lea, order, some_of(order))
    page = manager.get(reverse("exceptions"))
    counts = dict(zip(page.context["kinds"], page.context["rows"][0]["counts"], strict=True))
    assert {kind: count for kind, count in counts.items() if count} == {"Voids": 1, "Returns": 1}


def test_whoever_does_more_than_twice_the_usual_stands_out(
    manager: Client, store: Store, lea: Till, max_: Till, chips: Product
) -> None:
    ben = open_till(store, Role.SHIFT_LEAD, code="ben", number=3, now=NOON)[0]
    void_some(lea, chips, sales=10, voids=5)
    void_some(max_, chips, sales=10, voids=1)
    void_some(ben, chips, sales=10, voids=1)
    ranked = rows(manager)
    assert [name for name, row in ranked.items() if row["stands_out"]] == ["Lea"]


def test_a_few_are_too_few_to_stand_out(
    manager: Client, lea: Till, max_: Till, chips: Product
) -> None:
    void_some(lea, chips, sales=4, voids=4)
    sold(max_, chips)
    assert not rows(manager)["Lea"]["stands_out"]


def test_what_is_longer_ago_is_left_out(manager: Client, lea: Till, chips: Product) -> None:
    void_some(lea, chips, sales=1, voids=1, now=NOON - timedelta(days=8))
    assert rows(manager) == {}
    assert rows(manager, days="30")["Lea"]["sales"] == 1


def test_another_stores_people_are_left_out(
    manager: Client, store: Store, pensacola: Store, lea: Till, chips: Product
) -> None:
    sold(lea, chips)
    assert rows(manager, store=str(pensacola.pk)) == {}
    assert list(rows(manager, store=str(store.pk))) == ["Lea"]


def test_whoever_may_not_read_the_audit_may_not_read_this(db: None) -> None:
    cashier = office(Role.CASHIER)
    assert cashier.get(reverse("exceptions")).status_code in {302, 403}


def test_the_page_reads_well_where_nothing_was_sold(manager: Client) -> None:
    assert "Nobody sold anything" in text_of(manager.get(reverse("exceptions")))


def test_coupons_and_employee_prices_are_counted_with_what_they_gave_away(
    manager: Client, lea: Till, chips: Product
) -> None:
    promote(code="C", coupon="TEN")
    promote(code="E", for_employees=True, percent=Decimal(50), is_exclusive=True)
    sold(lea, chips, coupons=["TEN"], now=NOON)
    sold(lea, chips, employee_price=True, now=NOON)
    page = manager.get(reverse("exceptions"))
    (row,) = page.context["rows"]
    counts = dict(zip(page.context["kinds"], row["counts"], strict=True))
    assert (counts["Coupons"], counts["Employee prices"]) == (1, 1)
    assert row["amount"] == "$1.20"  # 10 % and half of $1.99


def test_whoever_changes_prices_in_the_office_is_ranked(manager: Client, chips: Product) -> None:
    edition = publish_prices(draft({chips: 249}, starts_at=NOON))
    roll_back(edition)
    page = manager.get(reverse("exceptions"))
    (row,) = page.context["price_rows"]
    assert row[0] == "Maria"
    done = dict(zip(page.context["price_kinds"], row[1], strict=True))
    assert (done["Editions published"], done["Editions rolled back"]) == (1, 1)
    assert "Who changed prices" in text_of(page)
