"""Coupons and the employee price leave a trace, and a plain sale pays nothing for that."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from apps.core.models import AuditEntry
from apps.orders.models import Order
from apps.stores.types import Role
from tests.catalog.promotions.drafts import publish as promote
from tests.conftest import NOON
from tests.customers.people import make_customer
from tests.customers.points import make_points, make_programme
from tests.factories import make_store, open_till
from tests.goods import line_of, make_snack

from .sales import sold

if TYPE_CHECKING:
    from apps.catalog.models import Product
    from apps.stores.types import Till

pytestmark = pytest.mark.django_db


@pytest.fixture
def till(db: None) -> Till:
    return open_till(make_store(), Role.SHIFT_LEAD, now=NOON)[0]


@pytest.fixture
def chips(till: Till) -> Product:
    promote(code="C", coupon="TEN")
    promote(code="E", for_employees=True, percent=Decimal(50))
    return make_snack(price_cents=200)


def test_what_was_asked_for_is_kept_and_in_the_audit_with_what_it_took_off(
    till: Till, chips: Product
) -> None:
    order = sold(till, chips, coupons=["TEN"], employee_price=True)
    kept = Order.objects.get().rights
    assert kept == {"coupons": ["TEN"], "employee_price": True}
    told = AuditEntry.objects.filter(subject=f"order:{order['id']}").order_by("sequence")
    assert [(entry.action, entry.facts.get("amount_cents")) for entry in told] == [
        ("employee_price.given", 100),
        ("coupon.used", 20),
        ("order.completed", None),
    ]


def test_a_sale_without_either_says_nothing_of_them(till: Till, chips: Product) -> None:
    sold(till, chips)
    assert Order.objects.get().rights == {}
    assert [entry.action for entry in AuditEntry.objects.filter(chain=till.scope)] == [
        "order.completed"
    ]


def test_every_discount_stands_in_the_entry_of_the_sale_with_what_gave_it(till: Till) -> None:
    happy = promote(code="HAPPY", percent=Decimal(10))
    chips = make_snack(price_cents=200)
    order = sold(till, line_of(chips, 2), chips)
    facts = AuditEntry.objects.get(action="order.completed").facts
    assert facts["discount_cents"] == order["discount_cents"] == 60
    assert facts["discounts"] == [
        {"code": happy.code, "version": happy.version, "amount_cents": 60},
    ]


def test_points_stand_there_as_well(till: Till) -> None:
    programme, ada, chips = make_programme(), make_customer(), make_snack(price_cents=200)
    make_points(programme, ada, 150)
    sold(till, chips, customer_id=str(ada.pk), redeem_points=150)
    (told,) = AuditEntry.objects.get(action="order.completed").facts["discounts"]
    assert (told["code"], told["amount_cents"]) == ("POINTS", 150)
