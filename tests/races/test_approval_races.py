"""One approval, handed in by many at the same instant, is used once."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from apps.stores.errors import ApprovalInvalid
from apps.stores.models import Approval
from apps.stores.types import Role
from tests.conftest import NOON
from tests.factories import make_staff, make_store, open_till
from tests.goods import make_snack
from tests.orders.approving import approved
from tests.orders.crowd import all_at_once, only
from tests.orders.sales import sold, voided

if TYPE_CHECKING:
    from apps.stores.types import Till

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
ORDERS = 6


def void(till: Till, order_id: str, token: str) -> str:
    try:
        return str(voided(till, order_id, approval=token)["status"])
    except ApprovalInvalid as refusal:
        return refusal.detail


def test_of_many_orders_one_is_voided_by_one_approval() -> None:
    store = make_store()
    till, _ = open_till(store, now=NOON)
    make_staff(store, Role.SHIFT_LEAD, code="lea")
    chips = make_snack(on_hand=ORDERS, store=store)
    orders = [sold(till, chips)["id"] for _ in range(ORDERS)]
    token = approved(till)
    outcomes = all_at_once([partial(void, till, order, token) for order in orders])
    told = sorted(only(str, outcomes))
    assert told == ["This approval was used already."] * (ORDERS - 1) + ["VOIDED"]
    assert Approval.objects.get().used_at == NOON
