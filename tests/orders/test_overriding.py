"""A price other than the one on file: within one's own limits, or with somebody's leave."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django_subatomic.db import transaction

from apps.core.models import AuditEntry
from apps.core.reference import bump_revision
from apps.orders.errors import PriceOverrideNeedsApproval
from apps.orders.models import Order
from apps.stores.errors import ApprovalInvalid
from apps.stores.models import Approval, RoleLimit
from apps.stores.types import Role
from tests.conftest import NOON
from tests.factories import make_staff, open_till
from tests.goods import basket, line_of

from .approving import OVERRIDE, approved
from .sales import count_rows, send, sold

if TYPE_CHECKING:
    from apps.catalog.models import Product
    from apps.stores.models import Staff, Store
    from apps.stores.types import Till


@pytest.fixture(autouse=True)
def mia(store: Store) -> Staff:
    """A manager, who may let off up to half of a price."""
    return make_staff(store, Role.MANAGER, code="mia")


def let_off(bourbon: Product, cents: int, approval: str | None = None, **fields: Any) -> Any:
    """A line of bourbon, $19.99 each, at another price."""
    return line_of(bourbon, unit_price_cents=cents, approval=approval, **fields)


def test_an_approved_price_is_charged(till: Till, bourbon: Product) -> None:
    token = approved(till, OVERRIDE, amount_cents=500, by="mia")
    order = sold(till, let_off(bourbon, 1499, token))
    assert order["lines"][0]["unit_price_cents"] == 1499


def test_each_line_at_another_price_stands_in_the_audit(till: Till, bourbon: Product) -> None:
    token = approved(till, OVERRIDE, by="mia")
    line = let_off(bourbon, 1499, token, quantity=2)
    order = sold(till, bourbon, line)
    entry = AuditEntry.objects.get(action="price.overridden")
    assert entry.subject == f"order-line:{line['id']}"
    assert entry.facts.pop("approval")["action"] == "override-price"
    assert entry.facts == {
        "order": order["id"],
        "quantity": 2,
        "lawful_cents": 1999,
        "price_cents": 1499,
        "amount_cents": 1000,
        "approved_by": "Mia",
    }


def test_one_approval_may_stand_on_several_lines_of_an_order(till: Till, bourbon: Product) -> None:
    token = approved(till, OVERRIDE, amount_cents=1000, by="mia")
    sold(till, let_off(bourbon, 1499, token), let_off(bourbon, 1499, token))
    assert AuditEntry.objects.filter(action="price.overridden").count() == 2


def test_together_they_come_to_no_more_than_was_approved(till: Till, bourbon: Product) -> None:
    token = approved(till, OVERRIDE, amount_cents=999, by="mia")
    before = count_rows()
    with pytest.raises(ApprovalInvalid, match=r"\$9.99 at most"):
        send(till, basket(let_off(bourbon, 1499, token), let_off(bourbon, 1499, token)))
    assert count_rows() == before
    assert Approval.objects.get().used_at is None


def test_nobody_approves_more_than_they_may_let_off_themselves(
    till: Till, bourbon: Product
) -> None:
    token = approved(till, OVERRIDE, by="mia")
    with pytest.raises(ApprovalInvalid, match="beyond what Mia may approve"):
        send(till, basket(let_off(bourbon, 999, token)))


def test_an_approval_of_a_price_is_good_for_the_percent_it_was_given_for(
    till: Till, bourbon: Product
) -> None:
    token = approved(till, OVERRIDE, percent=25, by="mia")
    with pytest.raises(ApprovalInvalid, match="given for 25 percent off at most, and this is 26"):
        send(till, basket(let_off(bourbon, 1499, token)))
    assert sold(till, let_off(bourbon, 1500, token))


def test_an_approval_without_a_percent_goes_as_far_as_its_approver_might_then(
    till: Till, bourbon: Product
) -> None:
    token = approved(till, OVERRIDE, by="mia")
    RoleLimit.objects.filter(role=Role.MANAGER).update(discount_percent=90)
    with transaction():
        bump_revision()
    with pytest.raises(ApprovalInvalid, match="given for 50 percent off at most, and this is 51"):
        send(till, basket(let_off(bourbon, 999, token)))


def test_the_refusal_of_a_price_says_the_percent_to_ask_for(till: Till, bourbon: Product) -> None:
    with pytest.raises(PriceOverrideNeedsApproval) as refused:
        send(till, basket(let_off(bourbon, 1899), let_off(bourbon, 1499)))
    assert (refused.value.facts["percent"], refused.value.facts["amount_cents"]) == (26, 600)
    percent: Any = refused.value.facts["percent"]
    token = approved(till, OVERRIDE, amount_cents=600, percent=percent, by="mia")
    assert sold(till, let_off(bourbon, 1899, token), let_off(bourbon, 1499, token))


def test_an_approval_is_not_used_by_a_second_order(till: Till, bourbon: Product) -> None:
    token = approved(till, OVERRIDE, by="mia")
    sold(till, let_off(bourbon, 1499, token))
    with pytest.raises(ApprovalInvalid, match="used already"):
        send(till, basket(let_off(bourbon, 1499, token)))
    assert Order.objects.count() == 1


def test_the_same_order_sent_again_needs_no_second_approval(till: Till, bourbon: Product) -> None:
    body = basket(let_off(bourbon, 1499, approved(till, OVERRIDE, by="mia")))
    first, again = send(till, body), send(till, body)
    assert (again.body, again.is_replay) == (first.body, True)


@pytest.mark.parametrize(
    ("role", "cents"), [(Role.SHIFT_LEAD, 1800), (Role.MANAGER, 1000), (Role.OWNER, 0)]
)
def test_each_role_lets_off_what_its_limit_says(
    store: Store, bourbon: Product, role: Role, cents: int
) -> None:
    till, _ = open_till(store, role, code="own", number=9, now=NOON)
    assert sold(till, let_off(bourbon, cents))
    entry = AuditEntry.objects.get(action="price.overridden")
    assert (entry.actor_name, entry.facts["approved_by"]) == ("Own", "")


@pytest.mark.parametrize(("role", "cents"), [(Role.SHIFT_LEAD, 1799), (Role.MANAGER, 999)])
def test_one_cent_more_needs_somebody_elses_leave(
    store: Store, bourbon: Product, role: Role, cents: int
) -> None:
    till, _ = open_till(store, role, code="own", number=9, now=NOON)
    with pytest.raises(PriceOverrideNeedsApproval):
        send(till, basket(let_off(bourbon, cents)))


def test_a_higher_price_needs_leave_as_well(till: Till, bourbon: Product) -> None:
    with pytest.raises(PriceOverrideNeedsApproval):
        send(till, basket(let_off(bourbon, 2000)))
