"""How much cash may be paid out of a drawer, by whom, and by whose leave."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from django_subatomic.db import transaction

from apps.payments.drawer_types import CashMovementKind, NewMovement
from apps.payments.models import CashMovement
from apps.payments.services.drawers.moving import move_cash
from apps.stores.errors import ApprovalBeyondLimit, ApprovalInvalid, ApprovalRequired
from apps.stores.types import ApprovalAction, Role
from tests.conftest import NOON
from tests.factories import make_staff, make_store, open_till
from tests.orders.approving import approved
from tests.payments.drawers import opened

if TYPE_CHECKING:
    from apps.stores.types import Till

PAY_OUT = ApprovalAction.PAY_OUT
pytestmark = pytest.mark.django_db


def till_of(role: Role) -> Till:
    """A till with an open drawer and somebody of that role at it; Mia, a manager, is about."""
    store = make_store()
    till, _ = open_till(store, role, now=NOON)
    make_staff(store, Role.MANAGER, code="mia")
    opened(till, 200_000)
    return till


def move(
    till: Till,
    cents: int,
    token: str | None = None,
    *,
    kind: str = "PAY_OUT",
    key: UUID | None = None,
) -> CashMovement:
    """Cash for fresh flowers."""
    request = NewMovement(key or uuid4(), CashMovementKind(kind), cents, "flowers", token)
    with transaction():
        return move_cash(till=till, request=request, now=NOON)


@pytest.mark.parametrize(
    ("role", "most"), [(Role.SHIFT_LEAD, 10_000), (Role.MANAGER, 50_000), (Role.OWNER, None)]
)
def test_each_role_pays_out_what_its_limit_says(role: Role, most: int | None) -> None:
    till = till_of(role)
    assert move(till, most or 150_000).kind == "PAY_OUT"
    if most:
        with pytest.raises(ApprovalRequired):
            move(till, most + 1)


def test_beyond_the_limit_the_refusal_says_what_to_have_approved() -> None:
    till, key = till_of(Role.SHIFT_LEAD), uuid4()
    with pytest.raises(ApprovalRequired) as refused:
        move(till, 10_001, key=key)
    assert refused.value.facts == {
        "action": "pay-out",
        "order_id": str(key),
        "amount_cents": 10_001,
    }
    assert not CashMovement.objects.exists()


def test_an_approval_lets_one_pay_out_through_once_however_often_it_is_sent() -> None:
    till, key = till_of(Role.CASHIER), uuid4()
    token = approved(till, PAY_OUT, order_id=key, amount_cents=20_000, by="mia")
    first, again = move(till, 20_000, token, key=key), move(till, 20_000, token, key=key)
    assert first.pk == again.pk == key
    with pytest.raises(ApprovalInvalid, match="used already"):
        move(till, 20_000, token)
    assert CashMovement.objects.count() == 1


def test_an_approval_of_less_or_of_another_pay_out_does_not_hold() -> None:
    till = till_of(Role.CASHIER)
    with pytest.raises(ApprovalInvalid, match=r"\$200.00 at most"):
        move(till, 20_001, approved(till, PAY_OUT, amount_cents=20_000, by="mia"))
    with pytest.raises(ApprovalInvalid, match="another order"):
        move(till, 500, approved(till, PAY_OUT, order_id=uuid4(), by="mia"))


def test_nobody_approves_more_than_they_may_pay_out_themselves() -> None:
    till = till_of(Role.CASHIER)
    with pytest.raises(ApprovalBeyondLimit):
        approved(till, PAY_OUT, amount_cents=50_001, by="mia")


@pytest.mark.parametrize("kind", ["PAY_IN", "DROP"])
def test_what_is_put_in_or_goes_to_the_safe_has_no_limit(kind: str) -> None:
    assert move(till_of(Role.CASHIER), 150_000, kind=kind).amount_cents == 150_000
