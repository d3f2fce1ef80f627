"""What somebody approved is done once: by this cashier, for this order, within five minutes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from apps.core.audit_checks import find_broken_link
from apps.core.models import AuditEntry
from apps.orders.errors import OrderNotVoidable, VoidNeedsApproval
from apps.orders.models import Order
from apps.stores.errors import ApprovalInvalid
from apps.stores.models import Approval, RoleLimit, Staff
from apps.stores.types import Role
from tests.conftest import NOON
from tests.factories import make_staff, make_store, open_till

from .approving import OVERRIDE, RETURN, VOID, approved
from .returns import some_of, take_back
from .sales import fresh, on_hand, sold, voided

if TYPE_CHECKING:
    from apps.catalog.models import Product
    from apps.stores.models import Store
    from apps.stores.types import Till

MINUTES = timedelta(minutes=5)


@pytest.fixture
def order(till: Till, chips: Product) -> dict[str, Any]:
    return sold(till, chips)


@pytest.fixture(autouse=True)
def lead(store: Store) -> Staff:
    """Lea, who may void, stands beside the cashier."""
    return make_staff(store, Role.SHIFT_LEAD, code="lea")


def refuse(till: Till, order: dict[str, Any], token: str, **fields: Any) -> str:
    """Why an approval does not let this till void the order, of which nothing is touched."""
    with pytest.raises(ApprovalInvalid) as refusal:
        voided(till, order["id"], approval=token, **fields)
    assert Order.objects.get(pk=order["id"]).status == "COMPLETED"
    return refusal.value.detail


def test_an_approval_lets_a_cashier_void(till: Till, order: dict[str, Any], chips: Product) -> None:
    token = approved(till, order_id=order["id"], amount_cents=199)
    assert voided(till, order["id"], approval=token)["status"] == "VOIDED"
    assert on_hand(till, chips) == 10


def test_who_approved_stands_in_the_audit_of_what_was_done(
    till: Till, order: dict[str, Any]
) -> None:
    voided(till, order["id"], approval=approved(till))
    entry = AuditEntry.objects.get(action="order.voided")
    assert (entry.actor_name, entry.facts["approved_by"]) == ("Ana", "Lea")
    given = AuditEntry.objects.get(action="approval.given")
    assert (given.actor_name, given.chain) == ("Lea", till.scope)
    assert find_broken_link(till.scope) is None


def test_an_approval_is_used_once(till: Till, order: dict[str, Any], chips: Product) -> None:
    token = approved(till)
    voided(till, order["id"], approval=token)
    assert "used already" in refuse(till, sold(till, chips), token)


def test_a_deed_that_is_refused_leaves_its_approval_unused(
    till: Till, store: Store, order: dict[str, Any], chips: Product
) -> None:
    owners, _ = open_till(store, Role.OWNER, code="own", number=7, now=NOON)
    token = approved(till)
    voided(owners, order["id"])
    with pytest.raises(OrderNotVoidable):
        voided(till, order["id"], approval=token)
    assert voided(till, sold(till, chips)["id"], approval=token)


def test_an_approval_is_good_until_five_minutes_are_over(till: Till, order: dict[str, Any]) -> None:
    token = approved(till)
    assert "too old" in refuse(till, order, token, now=NOON + MINUTES)
    assert voided(till, order["id"], approval=token, now=NOON + MINUTES - timedelta(seconds=1))


def test_an_approval_for_another_order_does_not_hold(
    till: Till, order: dict[str, Any], chips: Product
) -> None:
    other = sold(till, chips)
    token = approved(till, order_id=other["id"])
    assert "another order" in refuse(till, order, token)


def test_an_approval_for_less_does_not_hold(till: Till, order: dict[str, Any]) -> None:
    assert "$1.98 at most" in refuse(till, order, approved(till, amount_cents=198))


@pytest.mark.parametrize("action", [OVERRIDE, RETURN])
def test_an_approval_of_something_else_does_not_hold(
    till: Till, order: dict[str, Any], action: Any
) -> None:
    assert "something else" in refuse(till, order, approved(till, action))


def test_an_approval_for_another_cashier_does_not_hold(
    till: Till, second_till: Till, order: dict[str, Any]
) -> None:
    assert "another cashier" in refuse(till, order, approved(second_till))


def test_an_approval_of_another_store_does_not_hold(till: Till, order: dict[str, Any]) -> None:
    there = make_store("TWO")
    elsewhere, _ = open_till(there, code="eve", now=NOON)
    Staff.objects.get(code="lea").stores.add(there)
    assert "No approval of this store" in refuse(till, order, approved(elsewhere))


def test_a_token_that_nobody_gave_does_not_hold(till: Till, order: dict[str, Any]) -> None:
    assert "No approval" in refuse(till, order, "tha_made-up")


def test_an_approver_who_lost_the_right_since_does_not_count(
    till: Till, order: dict[str, Any]
) -> None:
    token = approved(till)
    Staff.objects.filter(code="lea").update(role=Role.CASHIER)
    assert "beyond what Lea may approve" in refuse(till, order, token)


def test_within_their_own_limits_nobody_is_asked(till: Till, order: dict[str, Any]) -> None:
    RoleLimit.objects.filter(role=Role.CASHIER).update(void_cents=199)
    token = approved(till)
    assert voided(till, order["id"], approval=token)["status"] == "VOIDED"
    assert Approval.objects.get().used_at is None


def test_one_cent_above_their_own_limit_somebody_is(till: Till, order: dict[str, Any]) -> None:
    RoleLimit.objects.filter(role=Role.CASHIER).update(void_cents=198)
    with pytest.raises(VoidNeedsApproval):
        voided(till, order["id"])


def test_an_approval_lets_a_cashier_take_goods_back(till: Till, order: dict[str, Any]) -> None:
    token = approved(till, RETURN, order_id=order["id"], amount_cents=199)
    assert take_back(fresh(till), order, some_of(order), approval=token)["total_cents"] == 199
    assert AuditEntry.objects.get(action="order.returned").facts["approved_by"] == "Lea"
    assert VOID not in Approval.objects.values_list("action", flat=True)
