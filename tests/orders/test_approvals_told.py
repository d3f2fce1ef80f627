"""Whatever is done by an approval says in the audit which one it was, and whose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django_subatomic.db import transaction

from apps.core.models import AuditEntry
from apps.payments.drawer_types import CashMovementKind, NewMovement
from apps.payments.services.drawers.moving import move_cash
from apps.stores.models import Approval
from apps.stores.types import ApprovalAction, Role
from tests.conftest import NOON
from tests.factories import make_staff
from tests.goods import line_of
from tests.payments.drawers import opened

from .approving import approved
from .blind import hand_in, new_code
from .returns import some_of, take_back
from .sales import sold, voided

if TYPE_CHECKING:
    from collections.abc import Callable

    from apps.catalog.models import Product
    from apps.stores.models import Staff, Store
    from apps.stores.types import Till


@pytest.fixture(autouse=True)
def mia(store: Store) -> Staff:
    """A manager, who approves."""
    return make_staff(store, Role.MANAGER, code="mia")


def void(till: Till, chips: Product, token: str) -> None:
    voided(till, sold(till, chips)["id"], approval=token)


def bring_back(till: Till, chips: Product, token: str) -> None:
    order = sold(till, chips)
    take_back(till, order, some_of(order), approval=token)


def let_off(till: Till, chips: Product, token: str) -> None:
    sold(till, line_of(chips, unit_price_cents=180, approval=token))


def bring_without_receipt(till: Till, chips: Product, token: str) -> None:
    line = {"product_id": chips.pk, "quantity": 1, "restock": True}
    hand_in(till, line, new_code("2", 1), token, now=NOON)


def open_drawer(till: Till, _chips: Product, token: str) -> None:
    opened(till)
    wanted = NewMovement(uuid4(), CashMovementKind.NO_SALE, 0, "change", token)
    with transaction():
        move_cash(till=till, request=wanted, now=NOON)


def pay_out(till: Till, _chips: Product, token: str) -> None:
    opened(till)
    wanted = NewMovement(uuid4(), CashMovementKind.PAY_OUT, 500, "window cleaner", token)
    with transaction():
        move_cash(till=till, request=wanted, now=NOON)


DEEDS: dict[str, tuple[ApprovalAction, Callable[[Till, Product, str], None]]] = {
    "order.voided": (ApprovalAction.VOID_ORDER, void),
    "order.returned": (ApprovalAction.RETURN_ORDER, bring_back),
    "price.overridden": (ApprovalAction.OVERRIDE_PRICE, let_off),
    "goods.returned_blind": (ApprovalAction.BLIND_RETURN, bring_without_receipt),
    "drawer.moved": (ApprovalAction.PAY_OUT, pay_out),
    "drawer.no_sale": (ApprovalAction.NO_SALE, open_drawer),
}


@pytest.mark.parametrize("told", DEEDS)
def test_the_entry_of_a_deed_names_the_approval_it_used(
    till: Till, chips: Product, mia: Staff, told: str
) -> None:
    action, do = DEEDS[told]
    do(till, chips, approved(till, action, by="mia"))
    approval: Any = Approval.objects.get(used_at__isnull=False)
    facts = AuditEntry.objects.get(action=told).facts
    assert facts["approved_by"] == "Mia"
    assert facts["approval"] == {
        "id": str(approval.pk),
        "action": action.word,
        "approver": mia.pk,
    }


def test_what_needs_no_approval_names_none(lead_till: Till, chips: Product) -> None:
    voided(lead_till, sold(lead_till, chips)["id"])
    assert "approval" not in AuditEntry.objects.get(action="order.voided").facts
