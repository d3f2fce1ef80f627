"""Opening a shift, moving its cash, counting it: what a till may do with its drawer."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django_subatomic.db import transaction

from apps.core.audit_checks import find_broken_links
from apps.core.models import AuditEntry
from apps.orders.models import ZReport
from apps.payments.drawer_rules import count_drawer
from apps.payments.drawer_selectors import (
    describe_movement,
    describe_shift,
    find_unbalanced_drawers,
)
from apps.payments.drawer_types import CashMovementKind, NewMovement, NewShift
from apps.payments.errors import (
    CashMovementExists,
    RecountRequired,
    ShiftAlreadyOpen,
    ShiftExists,
    ShiftNotOpen,
)
from apps.payments.models import CashMovement, DrawerCount, Shift
from apps.payments.services.drawers.counting import close_drawer
from apps.payments.services.drawers.moving import move_cash
from apps.payments.services.drawers.opening import open_shift
from apps.stores.models import Store
from apps.stores.selectors import forget_profiles
from apps.stores.types import Role
from tests.factories import make_store, open_till
from tests.orders.sales import fresh

from .drawers import FLOAT_CENTS, closed, expected, in_coins, moved, opened, send_count

if TYPE_CHECKING:
    from datetime import datetime

    from apps.stores.types import Till


@pytest.fixture
def till(db: None, now: datetime) -> Till:
    return open_till(role=Role.SHIFT_LEAD, now=now)[0]


@pytest.fixture
def strict_till(till: Till) -> Till:
    """A till of a store that lets five dollars pass."""
    Store.objects.update(recount_over_cents=500)
    forget_profiles()
    return fresh(till)


def actions() -> list[str]:
    return list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))


# --- Opening --------------------------------------------------------------------------------------


def test_a_shift_opens_with_its_float_on_the_business_date(till: Till, now: datetime) -> None:
    shift = opened(till)
    assert (shift.status, shift.opening_float_cents) == ("OPEN", FLOAT_CENTS)
    assert shift.business_date == till.store.business_date(now)
    assert actions() == ["shift.opened"]


def test_a_second_shift_at_the_same_till_is_refused(till: Till) -> None:
    shift = opened(till)
    with pytest.raises(ShiftAlreadyOpen) as refusal:
        opened(till)
    assert refusal.value.facts == {"shift_id": str(shift.pk)}


def test_another_till_has_a_shift_of_its_own(till: Till, now: datetime) -> None:
    opened(till)
    store = Store.objects.get()
    opened(open_till(store, code="ben", number=2, now=now)[0])
    assert Shift.objects.filter(status="OPEN").count() == 2


def test_the_same_shift_asked_for_again_is_the_same(till: Till, now: datetime) -> None:
    request = NewShift(uuid4(), 500)
    with transaction():
        first = open_shift(till=till, request=request, now=now)
        again = open_shift(till=till, request=request, now=now)
    assert first == again
    assert actions() == ["shift.opened"]


def test_an_id_that_another_shift_has_is_refused(till: Till, now: datetime) -> None:
    shift = opened(till)
    elsewhere = open_till(make_store("TWO"), code="ben", now=now)[0]
    for seller, cents in ((till, 1), (elsewhere, FLOAT_CENTS)):
        with transaction(), pytest.raises(ShiftExists):
            open_shift(till=seller, request=NewShift(shift.pk, cents), now=now)


# --- Moving cash ----------------------------------------------------------------------------------


def test_cash_that_moves_changes_what_should_be_there(till: Till) -> None:
    opened(till)
    for kind, cents in (("PAY_IN", 5000), ("PAY_OUT", 700), ("DROP", 9000), ("NO_SALE", 0)):
        moved(till, kind, cents)
    assert expected(till) == FLOAT_CENTS + 5000 - 700 - 9000
    assert actions() == ["shift.opened", *["drawer.moved"] * 3, "drawer.no_sale"]


@pytest.mark.parametrize("kind", ["DROP", "PAY_OUT"])
def test_more_than_the_books_have_in_the_drawer_is_told_to_the_audit_alone(
    till: Till, kind: str
) -> None:
    opened(till)
    moved(till, "DROP", FLOAT_CENTS - 1_000)
    within, beyond = moved(till, kind, 1_000), moved(till, kind, 1, reason="a courier")
    (told,) = AuditEntry.objects.filter(action="drawer.overdrawn")
    assert told.facts == {
        "kind": kind,
        "amount_cents": 1,
        "reason": "a courier",
        "movement": str(beyond.pk),
    }
    assert describe_movement(beyond).keys() == describe_movement(within).keys()


def test_cash_cannot_move_where_no_shift_is_open(till: Till) -> None:
    with pytest.raises(ShiftNotOpen):
        moved(till, "DROP", 100)
    opened(till)
    closed(till)
    with pytest.raises(ShiftNotOpen):
        moved(till, "DROP", 100)


def test_the_same_movement_again_moves_nothing_and_another_under_its_id_is_refused(
    till: Till, now: datetime
) -> None:
    opened(till)
    request = NewMovement(uuid4(), CashMovementKind.DROP, 100, "safe")
    with transaction():
        first = move_cash(till=till, request=request, now=now)
        assert move_cash(till=till, request=request, now=now) == first
    other = NewMovement(request.id, CashMovementKind.DROP, 101, "safe")
    with transaction(), pytest.raises(CashMovementExists):
        move_cash(till=till, request=other, now=now)
    assert CashMovement.objects.count() == 1


# --- Counting -------------------------------------------------------------------------------------


@pytest.mark.parametrize("off", [-1, 0, 1, -FLOAT_CENTS, 10_000])
def test_closing_succeeds_whatever_was_counted_and_balances(till: Till, off: int) -> None:
    opened(till)
    z = closed(till, off=off)
    assert (z["expected_cents"], z["variance_cents"]) == (FLOAT_CENTS, off)
    assert find_unbalanced_drawers() == []
    posted = CashMovement.objects.filter(kind="VARIANCE").values_list("amount_cents", flat=True)
    assert list(posted) == ([off] if off else [])


def test_a_closed_shift_is_closed_once(till: Till) -> None:
    opened(till)
    closed(till)
    with pytest.raises(ShiftNotOpen):
        send_count(till, in_coins(FLOAT_CENTS))
    assert Shift.objects.get().closed_by_name == "Ana"


def test_a_count_sent_again_under_its_key_is_answered_as_before(till: Till) -> None:
    opened(till)
    first = send_count(till, in_coins(5), key="k")
    again = send_count(till, in_coins(5), key="k")
    assert (again.is_replay, again.body) == (True, first.body)
    assert DrawerCount.objects.count() == 1


def test_a_drawer_that_is_off_is_counted_again_and_told_nothing(strict_till: Till) -> None:
    opened(strict_till)
    with pytest.raises(RecountRequired) as refusal:
        send_count(strict_till, in_coins(FLOAT_CENTS - 501))
    assert refusal.value.facts == {}
    assert not any(digit in refusal.value.detail for digit in "0123456789")
    shown = describe_shift(Shift.objects.get())
    assert shown["recount_required"] is True
    assert "expected_cents" not in str(shown)


def test_a_first_count_is_kept_though_it_was_refused(strict_till: Till) -> None:
    opened(strict_till)
    with pytest.raises(RecountRequired):
        send_count(strict_till, in_coins(FLOAT_CENTS - 501))
    count = DrawerCount.objects.get()
    assert (count.counted_cents, count.is_final) == (FLOAT_CENTS - 501, False)
    assert "expected" not in str(AuditEntry.objects.get(action="drawer.counted").facts)
    assert actions() == ["shift.opened", "drawer.counted"]
    assert not ZReport.objects.exists()


def test_a_second_count_closes_whatever_it_says(strict_till: Till) -> None:
    opened(strict_till)
    with pytest.raises(RecountRequired):
        send_count(strict_till, in_coins(1))
    z = closed(strict_till, 2)
    assert (z["counted_cents"], z["variance_cents"]) == (2, 2 - FLOAT_CENTS)
    assert [count["counted_cents"] for count in z["earlier_counts"]] == [1]
    assert find_unbalanced_drawers() == []
    assert list(find_broken_links()) == []


def test_a_first_count_that_is_sent_again_is_no_second_count(strict_till: Till) -> None:
    opened(strict_till)
    for _ in range(3):
        with pytest.raises(RecountRequired):
            send_count(strict_till, in_coins(1), key="the same")
    assert DrawerCount.objects.count() == 1


@pytest.mark.parametrize("off", [500, -500, 0])
def test_a_drawer_within_the_limit_is_counted_once(strict_till: Till, off: int) -> None:
    opened(strict_till)
    assert closed(strict_till, off=off)["earlier_counts"] == []


def test_a_drawer_whose_variance_was_not_posted_is_found(till: Till) -> None:
    opened(till)
    closed(till, off=-5)
    shift = Shift.objects.get()
    CashMovement.objects.filter(kind="VARIANCE")._raw_delete("default")
    assert find_unbalanced_drawers() == [
        f"Shift {shift.pk} comes to 20000 cents with its variance, 19995 were counted."
    ]


def test_a_closed_drawer_that_nobody_counted_is_found(till: Till) -> None:
    opened(till)
    closed(till)
    DrawerCount.objects.all()._raw_delete("default")
    assert find_unbalanced_drawers() == [
        f"Shift {Shift.objects.get().pk} is closed, but its drawer was never counted."
    ]


def test_a_count_of_one_shift_does_not_close_another(till: Till, now: datetime) -> None:
    counted_shift = opened(till)
    closed(till)
    opened(till)
    late = count_drawer({"100": 1}, currency="USD", key="late", shift_id=counted_shift.pk)
    with pytest.raises(ShiftNotOpen), transaction():
        close_drawer(till=till, counted=late, now=now)
