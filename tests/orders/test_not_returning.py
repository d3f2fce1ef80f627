"""A return that is refused has touched nothing: no line, no money, no stock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from apps.core.errors import DomainError, Kind
from apps.orders import errors
from apps.payments.errors import RefundExceedsTender
from apps.stores.types import Role
from tests.conftest import NOON
from tests.factories import make_store, open_till
from tests.goods import line_of

from .returns import cash, some_of, take_back
from .sales import count_rows, sold, voided

if TYPE_CHECKING:
    from apps.catalog.models import Product
    from apps.stores.models import Store
    from apps.stores.types import Till


@pytest.fixture
def order(till: Till, chips: Product) -> dict[str, Any]:
    """Five bags at $1.99."""
    return sold(till, line_of(chips, 5))


def refuse[T: DomainError](
    refusal: type[T], till: Till, order: dict[str, Any], *lines: dict[str, Any], **fields: Any
) -> T:
    before = count_rows()
    with pytest.raises(refusal) as refused:
        take_back(till, order, *lines, **fields)
    assert count_rows() == before
    return refused.value


def test_more_than_was_sold_does_not_come_back(lead_till: Till, order: dict[str, Any]) -> None:
    refused = refuse(errors.ReturnExceedsSold, lead_till, order, some_of(order, 6))
    assert refused.facts == {"line_id": order["lines"][0]["id"], "left": 5}
    assert [fault.pointer for fault in refused.errors] == ["/lines/0/quantity"]


def test_what_came_back_does_not_come_back_again(lead_till: Till, order: dict[str, Any]) -> None:
    take_back(lead_till, order, some_of(order, 3))
    assert refuse(errors.ReturnExceedsSold, lead_till, order, some_of(order, 3)).facts["left"] == 2
    take_back(lead_till, order, some_of(order, 2))
    assert refuse(errors.ReturnExceedsSold, lead_till, order, some_of(order)).facts["left"] == 0


def test_of_two_lines_none_comes_back_where_one_cannot(
    till: Till, lead_till: Till, chips: Product, bourbon: Product
) -> None:
    order = sold(till, bourbon, line_of(chips, 2))
    refused = refuse(
        errors.ReturnExceedsSold, lead_till, order, some_of(order), some_of(order, 3, line=1)
    )
    assert [fault.pointer for fault in refused.errors] == ["/lines/1/quantity"]


def test_a_line_of_another_order_does_not_come_back(
    till: Till, lead_till: Till, chips: Product, order: dict[str, Any]
) -> None:
    line = some_of(sold(till, chips))
    refused = refuse(errors.ReturnLineUnknown, lead_till, order, some_of(order), line)
    assert [fault.pointer for fault in refused.errors] == ["/lines/1/line_id"]


@pytest.mark.parametrize("cents", [198, 200])
def test_the_refund_is_what_the_goods_come_to(
    lead_till: Till, order: dict[str, Any], cents: int
) -> None:
    refused = refuse(
        errors.RefundMismatch, lead_till, order, some_of(order), refund_to=[cash(cents)]
    )
    assert refused.facts == {"total_cents": 199, "refund_cents": cents}


def test_money_does_not_go_back_to_a_card_that_paid_nothing(
    lead_till: Till, order: dict[str, Any]
) -> None:
    card = {"kind": "card", "payment_id": str(uuid4()), "amount_cents": 99}
    refused = refuse(
        RefundExceedsTender, lead_till, order, some_of(order), refund_to=[cash(100), card]
    )
    assert refused.facts == {"left_cents": 0}
    assert [fault.pointer for fault in refused.errors] == ["/refund_to/1"]


def test_a_voided_sale_has_nothing_to_bring_back(lead_till: Till, order: dict[str, Any]) -> None:
    voided(lead_till, order["id"])
    refuse(errors.OrderAlreadyVoided, lead_till, order, some_of(order))


def test_a_sale_of_which_some_came_back_is_not_voided(
    lead_till: Till, order: dict[str, Any]
) -> None:
    take_back(lead_till, order, some_of(order))
    before = count_rows()
    with pytest.raises(errors.OrderNotVoidable, match="returned"):
        voided(lead_till, order["id"])
    assert count_rows() == before


def test_an_id_stands_for_one_return(lead_till: Till, order: dict[str, Any]) -> None:
    key = str(uuid4())
    take_back(lead_till, order, some_of(order), id=key)
    refuse(errors.ReturnExists, lead_till, order, some_of(order, 2), id=key)


def test_another_stores_goods_do_not_come_back_here(chips: Product, order: dict[str, Any]) -> None:
    elsewhere, _token = open_till(make_store("TWO"), Role.OWNER, code="eve", now=NOON)
    refuse(errors.OrderUnknown, elsewhere, order, some_of(order))


def test_a_cashier_needs_somebody_else_to_take_goods_back(
    till: Till, order: dict[str, Any]
) -> None:
    refused = refuse(errors.ReturnNeedsApproval, till, order, some_of(order))
    assert (refused.code, refused.kind) == ("approval-required", Kind.FORBIDDEN)
    wanted = {"action": "return-order", "order_id": order["id"], "amount_cents": 199}
    assert refused.facts == wanted


@pytest.mark.parametrize("role", [Role.SHIFT_LEAD, Role.MANAGER, Role.OWNER])
def test_a_shift_lead_and_above_take_goods_back_alone(
    store: Store, order: dict[str, Any], role: Role
) -> None:
    senior, _token = open_till(store, role, code="sam", number=4, now=NOON)
    assert take_back(senior, order)["total_cents"] == order["total_cents"]
