"""A customer earns points by what they buy, uses them before tax, and loses them with the goods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_subatomic.db import transaction

from apps.core.errors import DomainError
from apps.core.reference import bump_revision
from apps.customers.errors import PointsInsufficient, PointsNeedCustomer, PointsNotTaken
from apps.customers.models import LoyaltyAccount, LoyaltyEntry, LoyaltyProgramme
from apps.customers.points import find_points_drift
from apps.orders.models import Order
from apps.orders.points_checks import find_mispointed_orders
from apps.orders.receipts import compose, render_text
from apps.orders.selectors import get_order
from apps.stores.models import Store
from tests.customers.people import make_customer
from tests.customers.points import adjust, make_points, make_programme
from tests.factories import make_store
from tests.goods import basket, line_of, make_snack

from .crowd import assert_books_balance
from .returns import some_of, take_back
from .sales import booked, send, sold, voided

if TYPE_CHECKING:
    from apps.catalog.models import Product
    from apps.customers.models import Customer
    from apps.stores.types import Till

PRICE = 1999


@pytest.fixture
def ada(till: Till) -> Customer:
    """A customer of a store whose programme gives a point a dollar, a cent each."""
    make_programme()
    return make_customer()


def buy(till: Till, who: Customer, *lines: Any, **fields: Any) -> dict[str, Any]:
    return sold(till, *lines, customer_id=str(who.pk), **fields)


def balance(who: Customer) -> int:
    return LoyaltyAccount.objects.get(customer=who).balance


def ledger() -> list[tuple[str, int]]:
    return list(LoyaltyEntry.objects.order_by("pk").values_list("kind", "points"))


def assert_points_balance() -> None:
    assert [*find_points_drift(), *find_mispointed_orders()] == []
    assert_books_balance()


def test_a_sale_earns_points_on_goods_before_tax(
    till: Till, ada: Customer, bourbon: Product
) -> None:
    order = buy(till, ada, line_of(bourbon, 3))
    assert order["points"] == {"earned": 59, "redeemed": 0}
    assert booked(till, order["id"]) == order
    assert (balance(ada), ledger()) == (59, [("EARNED", 59)])
    row = get_order(store_id=till.store.id, order_id=UUID(order["id"]))
    assert "Points earned: 59, used: 0" in render_text(compose(row, []))
    assert_points_balance()


def test_points_come_off_before_tax_and_earn_nothing_themselves(
    till: Till, ada: Customer, bourbon: Product
) -> None:
    make_points(LoyaltyProgramme.objects.get(), ada, 500)
    order = buy(till, ada, bourbon, redeem_points=500)
    assert (order["discount_cents"], order["tax_cents"]) == (500, 105)  # 7 % of 14.99
    assert order["total_cents"] == PRICE - 500 + 105
    assert order["points"] == {"earned": 14, "redeemed": 500}
    (off,) = order["lines"][0]["discounts"]
    assert (off["kind"], off["amount_cents"], off["promotion"]) == ("points", 500, None)
    assert balance(ada) == 14
    assert_points_balance()


def test_alcohol_may_be_left_out_of_earning_and_using(till: Till, bourbon: Product) -> None:
    programme, ada = make_programme(counts_alcohol=False), make_customer()
    make_points(programme, ada, 1_000)
    chips = make_snack()
    order = buy(till, ada, bourbon, line_of(chips, 2), redeem_points=100)
    by_name = {line["product_id"]: line["discount_cents"] for line in order["lines"]}
    assert by_name == {bourbon.pk: 0, chips.pk: 100}
    assert order["points"]["earned"] == 2  # of 2.98
    with pytest.raises(PointsNotTaken) as refusal:
        buy(till, ada, bourbon, chips, redeem_points=500)
    assert refusal.value.facts["most_points"] == 199


def test_the_floor_of_alcohol_holds_against_points(till: Till, bourbon: Product) -> None:
    programme, ada = make_programme(), make_customer()
    make_points(programme, ada, 5_000)
    with transaction():
        bump_revision()
        Store.objects.update(alcohol_floor_percent=90)
    with pytest.raises(PointsNotTaken) as refusal:
        buy(till, ada, bourbon, redeem_points=300)
    assert refusal.value.facts["most_points"] == 199


@pytest.mark.parametrize(
    ("points", "refusal"),
    [(99, PointsNotTaken), (300, PointsInsufficient), (9_999, PointsNotTaken)],
)
def test_points_that_cannot_be_used_leave_everything_as_it_was(
    till: Till, ada: Customer, bourbon: Product, points: int, refusal: type[Exception]
) -> None:
    programme = LoyaltyProgramme.objects.get()
    make_points(programme, ada, 250)
    with pytest.raises(refusal):
        buy(till, ada, bourbon, redeem_points=points)
    assert balance(ada) == 250
    assert not Order.objects.exists()


def test_points_are_somebodys(till: Till, ada: Customer, bourbon: Product) -> None:
    with pytest.raises(PointsNeedCustomer):
        sold(till, bourbon, redeem_points=100)


@pytest.mark.parametrize(
    ("points", "code", "sentence"),
    [
        (99, "points-too-few", "The fewest points that can be used are 100"),
        (300, "points-insufficient", "The customer has 250 points"),
        (9_999, "points-too-many", "use 1999 at most"),
    ],
)
def test_a_refusal_of_points_names_its_own_reason_at_the_field(
    till: Till, ada: Customer, bourbon: Product, points: int, code: str, sentence: str
) -> None:
    make_points(LoyaltyProgramme.objects.get(), ada, 250)
    with pytest.raises(DomainError) as refused:
        buy(till, ada, bourbon, redeem_points=points)
    (fault,) = refused.value.errors
    assert (fault.pointer, fault.code) == ("/redeem_points", code)
    assert sentence in fault.detail


def test_points_of_nobody_are_told_so_at_the_field(till: Till, bourbon: Product) -> None:
    with pytest.raises(PointsNeedCustomer) as refused:
        sold(till, bourbon, redeem_points=100)
    assert [fault.code for fault in refused.value.errors] == ["points-need-customer"]


def test_a_store_without_a_programme_says_so_at_the_field(till: Till, bourbon: Product) -> None:
    with pytest.raises(PointsNotTaken) as refused:
        buy(till, make_customer(), bourbon, redeem_points=100)
    assert [fault.code for fault in refused.value.errors] == ["points-no-programme"]


def test_a_void_puts_points_as_if_nothing_was_sold(
    till: Till, lead_till: Till, ada: Customer, bourbon: Product
) -> None:
    make_points(LoyaltyProgramme.objects.get(), ada, 500)
    order = buy(till, ada, bourbon, redeem_points=500)
    voided(lead_till, order["id"])
    assert balance(ada) == 500
    assert ledger()[1:] == [
        ("REDEEMED", -500),
        ("EARNED", 14),
        ("GIVEN_BACK", 500),
        ("REVERSED", -14),
    ]
    assert_points_balance()


def test_bottle_by_bottle_points_come_back_to_nothing_exactly(
    till: Till, lead_till: Till, ada: Customer, bourbon: Product
) -> None:
    make_points(LoyaltyProgramme.objects.get(), ada, 500)
    order = buy(till, ada, line_of(bourbon, 7), redeem_points=500)
    for _ in range(7):
        take_back(lead_till, order, some_of(order))
        assert_points_balance()
    assert balance(ada) == 500
    kinds = {kind: sum(p for k, p in ledger() if k == kind) for kind, _ in ledger()}
    assert kinds["EARNED"] == -kinds["REVERSED"] == 134  # of 139.93 less 5.00
    assert kinds["GIVEN_BACK"] == 500


def test_what_was_earned_and_is_spent_is_owed_when_the_goods_come_back(
    till: Till, lead_till: Till, ada: Customer, bourbon: Product
) -> None:
    first = buy(till, ada, line_of(bourbon, 6))  # 119 points
    buy(till, ada, bourbon, redeem_points=119)
    take_back(lead_till, first)
    assert balance(ada) == 18 - 119
    with pytest.raises(PointsInsufficient):
        buy(till, ada, bourbon, redeem_points=100)
    assert_points_balance()


def test_a_store_without_a_programme_of_its_own_earns_nothing(till: Till, bourbon: Product) -> None:
    make_programme(stores=[make_store("TWO").pk])
    order = buy(till, make_customer(), bourbon)
    assert order["points"] is None
    assert not LoyaltyEntry.objects.exists()


def test_a_sale_without_a_customer_asks_nothing_about_points(
    till: Till, ada: Customer, bourbon: Product
) -> None:
    def statements(**fields: Any) -> list[str]:
        with CaptureQueriesContext(connection) as seen:
            send(till, basket(bourbon, **fields))
        return [query["sql"] for query in seen]

    statements()
    alone, known = statements(), statements(customer_id=str(ada.pk))
    assert not any("customers_" in sql for sql in alone)
    assert any("customers_loyalty" in sql for sql in known)


def test_a_ledger_that_was_tampered_with_is_found(
    till: Till, ada: Customer, bourbon: Product
) -> None:
    buy(till, ada, bourbon)
    LoyaltyAccount.objects.update(balance=1_000)
    assert "1000 points stand in it" in "".join(find_points_drift())
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM customers_loyaltyentry")
    assert "its points are not in the ledger" in "".join(find_mispointed_orders())


def test_nobody_takes_away_points_that_are_not_there(ada: Customer) -> None:
    programme = LoyaltyProgramme.objects.get()
    account = make_points(programme, ada, 50)
    with pytest.raises(PointsInsufficient):
        adjust(account, -51)
    adjust(account, -50, "typed twice")
    assert balance(ada) == 0


def test_points_worth_less_than_a_cent_are_too_few(till: Till, bourbon: Product) -> None:
    programme, ada = make_programme(hundred_points_cents=1, minimum_points=1), make_customer()
    make_points(programme, ada, 250)
    with pytest.raises(PointsNotTaken, match="99 points are worth less than a cent") as refused:
        buy(till, ada, bourbon, redeem_points=99)
    assert [fault.code for fault in refused.value.errors] == ["points-too-few"]
