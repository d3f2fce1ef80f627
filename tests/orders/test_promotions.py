"""Promotions in a sale: the price of the quote and of the sale, on the receipt, and given back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_subatomic.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from apps.catalog.errors import CouponUnknown
from apps.catalog.models import Modifier, ModifierGroup
from apps.catalog.promotions.types import PromotionKind, Schedule
from apps.catalog.services.promotions import withdraw_promotion
from apps.orders.documents import describe_quote
from apps.orders.errors import EmployeePriceForbidden
from apps.orders.models import Order, OrderLine
from apps.orders.paper.rendering import render
from apps.orders.rules import share_returned
from apps.orders.selectors import describe_orders, get_order
from apps.orders.services.assembling import assemble
from apps.orders.services.promising import Promise
from apps.orders.services.quoting import quote_order
from apps.orders.types import ReceiptFormat
from apps.stores.models import Store
from apps.stores.types import Role
from tests.catalog.promotions.drafts import STARTED, of_products, publish
from tests.conftest import NOON
from tests.factories import MANAGER, make_store, open_till
from tests.goods import basket, line_of, make_snack

from .sales import ask, fresh, read, send

if TYPE_CHECKING:
    from apps.catalog.models import Product
    from apps.stores.types import Till

pytestmark = pytest.mark.django_db
Kind = PromotionKind


def lines_of(till: Till, body: dict[str, Any], *, now: datetime = NOON) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = read(send(till, body, now=now))["lines"]
    return lines


def test_a_sale_says_what_came_off_each_line_and_why(till: Till, bourbon: Product) -> None:
    row = publish(kind=Kind.MIXED_CASE, units=6, selection=of_products(bourbon))
    [six, chips] = lines_of(till, basket(line_of(bourbon, 6), make_snack()))
    assert (six["discount_cents"], chips["discounts"]) == (6 * 200, [])
    assert six["discounts"] == [
        {
            "promotion": row.pk,
            "code": "TENTH",
            "name": "A tenth off",
            "kind": "mixed_case",
            "version": 1,
            "price_book": "STANDARD",
            "amount_cents": 1200,
            "units": 6,
        }
    ]


def test_a_quote_and_the_books_say_what_the_sale_says(till: Till, bourbon: Product) -> None:
    publish()
    body = basket(line_of(bourbon, 2))
    quote = describe_quote(
        ask(body).id, quote_order(till=fresh(till), request=ask(body), now=NOON), 0
    )
    sold = read(send(till, body))
    stored = describe_orders([get_order(store_id=till.store.id, order_id=ask(body).id)])[0]
    assert quote["lines"][0]["discounts"] == sold["lines"][0]["discounts"] != []
    assert stored["lines"] == sold["lines"]


def test_a_warm_sale_asks_for_no_promotion_again(till: Till, bourbon: Product) -> None:
    publish()
    current, request = fresh(till), ask(basket(bourbon))
    assemble(till=current, request=request, promise=Promise(), now=NOON)
    with CaptureQueriesContext(connection) as captured:
        assemble(till=current, request=request, promise=Promise(), now=NOON)
    assert len(captured) == 0


def test_what_is_withdrawn_is_not_applied_any_more(till: Till, bourbon: Product) -> None:
    row = publish()
    assert lines_of(till, basket(bourbon))[0]["discount_cents"] == 200
    with transaction():
        withdraw_promotion(actor=MANAGER, promotion_id=row.pk, now=NOON)
    assert lines_of(till, basket(bourbon))[0]["discount_cents"] == 0


def test_a_promotion_of_another_store_is_not_applied(till: Till, bourbon: Product) -> None:
    publish(store_ids=frozenset({make_store("TWO").pk}))
    assert lines_of(till, basket(bourbon))[0]["discount_cents"] == 0


def test_happy_hour_is_kept_for_who_was_quoted_in_time(till: Till, bourbon: Product) -> None:
    publish(schedule=Schedule(STARTED, from_minute=11 * 60, until_minute=12 * 60 + 1))
    body, later = basket(bourbon), NOON + timedelta(minutes=5)
    quote_order(till=fresh(till), request=ask(body), now=NOON)
    assert lines_of(till, body, now=later)[0]["discount_cents"] == 200
    assert lines_of(till, basket(bourbon), now=later)[0]["discount_cents"] == 0


def test_a_coupon_is_taken_in_either_case_and_an_unknown_one_refused(
    till: Till, bourbon: Product
) -> None:
    publish(coupon="FALL")
    assert lines_of(till, basket(bourbon))[0]["discounts"] == []
    assert lines_of(till, basket(bourbon, coupons=["fall"]))[0]["discount_cents"] == 200
    with pytest.raises(CouponUnknown) as refusal:
        send(till, basket(bourbon, coupons=["FALL", "SPRING"]))
    assert [error.pointer for error in refusal.value.errors] == ["/coupons/1"]


def test_a_coupon_that_takes_nothing_off_is_told(till: Till, bourbon: Product) -> None:
    publish(kind=Kind.MIXED_CASE, units=2, selection=of_products(bourbon), coupon="SAVE")
    body = basket(bourbon, coupons=["save"])
    request = ask(body)
    quote = quote_order(till=fresh(till), request=request, now=NOON)
    (told,) = describe_quote(request.id, quote, 0)["warnings"]
    order = read(send(till, body))
    assert order["warnings"] == [told]
    assert (told["code"], told["coupon"]) == ("coupon-not-used", "SAVE")
    assert Order.objects.get().warnings == [told]
    used = basket(line_of(bourbon, 2), coupons=["save"])
    assert read(send(till, used))["warnings"] == []


def test_the_employee_price_needs_a_shift_lead(till: Till, bourbon: Product) -> None:
    publish(for_employees=True)
    lead, _ = open_till(Store.objects.get(pk=till.store.id), Role.SHIFT_LEAD, code="lea", number=9)
    assert lines_of(lead, basket(bourbon, employee_price=True))[0]["discount_cents"] == 200
    with pytest.raises(EmployeePriceForbidden):
        send(till, basket(bourbon, employee_price=True))


def test_alcohol_is_not_sold_below_the_floor_of_its_store(till: Till, bourbon: Product) -> None:
    Store.objects.filter(pk=till.store.id).update(alcohol_floor_percent=95)
    publish(percent=Decimal(50))
    [bottle, chips] = lines_of(till, basket(bourbon, make_snack(price_cents=200)))
    assert (bottle["discount_cents"], chips["discount_cents"]) == (1999 - 1900, 100)


def test_modifiers_are_never_discounted(till: Till) -> None:
    group = ModifierGroup.objects.create(name="Milk")
    oat = Modifier.objects.create(group=group, name="Oat", price_cents=75)
    snack = make_snack(price_cents=400)
    snack.modifier_groups.add(group)
    publish(percent=Decimal(100))
    [line] = lines_of(till, basket(line_of(snack, 2, modifiers=[oat.pk])))
    assert line["discount_cents"] == 800


def test_a_price_set_by_hand_takes_part_in_no_promotion(till: Till, bourbon: Product) -> None:
    publish()
    body = basket(line_of(bourbon, unit_price_cents=1500), bourbon)
    quote = quote_order(till=fresh(till), request=ask(body), now=NOON)
    assert [each.discount_cents for each in quote.basket.lines] == [0, 200]


def test_a_receipt_names_each_discount_under_its_line(till: Till, bourbon: Product) -> None:
    publish()
    send(till, basket(line_of(bourbon, 2)))
    order = get_order(store_id=till.store.id, order_id=Order.objects.get().pk)
    text = render(order, [], ReceiptFormat.TEXT).decode()
    assert "  A tenth off -$4.00" in text
    assert "A tenth off -$4.00" in render(order, [], ReceiptFormat.HTML).decode()


@given(
    sold=st.integers(1, 30),
    price=st.integers(1, 5000),
    share=st.integers(0, 100),
    cuts=st.lists(st.integers(1, 30), max_size=30),
)
def test_returning_any_units_in_any_order_gives_back_what_was_paid_and_no_more(
    sold: int, price: int, share: int, cuts: list[int]
) -> None:
    net = sold * price - sold * price * share // 100
    tax = net * 7 // 100
    back, before = 0, 0
    for cut in [*cuts, sold]:
        quantity = min(cut, sold - before)
        given_back = share_returned(
            total_cents=net + tax, tax_cents=tax, sold=sold, before=before, quantity=quantity
        )
        back, before = back + given_back.total_cents, before + quantity
        assert given_back.total_cents >= 0
    assert (before, back) == (sold, net + tax)


def test_a_line_of_the_books_keeps_its_discounts_for_ever(till: Till, bourbon: Product) -> None:
    publish()
    send(till, basket(bourbon))
    assert OrderLine.objects.get().discounts[0]["amount_cents"] == 200


def test_before_its_start_a_promotion_does_not_run(till: Till, bourbon: Product) -> None:
    publish(schedule=Schedule(datetime(2026, 12, 1, tzinfo=UTC)))
    assert lines_of(till, basket(bourbon))[0]["discount_cents"] == 0
