"""Logging in at a till: the PIN proves it, five wrong tries lock it, a session ends in time."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django_subatomic.db import transaction

from apps.core.audit_checks import find_broken_link
from apps.core.models import AuditEntry
from apps.stores.errors import PinLocked, PinWrong
from apps.stores.models import PinAttempt, Staff, TillSession
from apps.stores.selectors import find_till
from apps.stores.services.sessions import end_session, open_session, touch_session
from apps.stores.services.staff import set_pin
from apps.stores.types import Role
from tests.factories import MANAGER, PIN, make_staff, make_store, open_till

if TYPE_CHECKING:
    from datetime import datetime

    from apps.stores.services.sessions import OpenSession
    from apps.stores.types import Till
    from tests.factories import Checkout

SECOND = timedelta(seconds=1)
TICK = timedelta(microseconds=1)
WINDOW = timedelta(minutes=15)
IDLE = timedelta(minutes=30)
WRONG = "9302"
pytestmark = pytest.mark.django_db


def log_in(checkout: Checkout, now: datetime, pin: str = PIN, code: str = "ana") -> OpenSession:
    return open_session(terminal=checkout.paired, staff_code=code, pin=pin, now=now)


def fail(checkout: Checkout, now: datetime, times: int = 1, code: str = "ana") -> None:
    """Type a wrong PIN so many times, all at one instant."""
    for _ in range(times):
        with pytest.raises(PinWrong):
            log_in(checkout, now, WRONG, code)


def used_until(token: str, start: datetime, end: datetime) -> None:
    """Keep a session in use so that it never idles."""
    while start < end:
        till = find_till(token=token, now=start)
        assert till is not None
        touch_session(till=till, now=start)
        start += IDLE - SECOND


# --- The PIN --------------------------------------------------------------------------------------


def test_the_right_pin_opens_a_session_of_twelve_hours(checkout: Checkout, now: datetime) -> None:
    opened = log_in(checkout, now)
    assert opened.token.startswith("ths_")
    assert opened.expires_at == now + timedelta(hours=12)
    assert find_till(token=opened.token, now=now) == opened.till
    assert opened.till.clerk.name == "Ana"
    assert opened.till.register.id == checkout.terminal.pk


def test_a_wrong_pin_is_refused(checkout: Checkout, now: datetime) -> None:
    fail(checkout, now)
    assert not TillSession.objects.exists()


def test_no_refusal_tells_a_wrong_pin_from_a_code_that_cannot_log_in(
    checkout: Checkout, now: datetime
) -> None:
    make_staff(checkout.store, code="gone")
    Staff.objects.filter(code="gone").update(is_active=False)
    refusals = set()
    for code, pin in (("ana", WRONG), ("nobody", PIN), ("gone", PIN)):
        with pytest.raises(PinWrong) as refused:
            log_in(checkout, now, pin, code)
        refusals.add(refused.value.detail)
    assert refusals == {"Check the staff code and the PIN."}


def test_staff_of_another_store_cannot_log_in_here(checkout: Checkout, now: datetime) -> None:
    make_staff(make_store("TWO"), code="bob")
    with pytest.raises(PinWrong):
        log_in(checkout, now, code="bob")


def test_somebody_who_was_given_no_pin_cannot_log_in(checkout: Checkout, now: datetime) -> None:
    Staff.objects.update(pin_hash="")
    for pin in ("", PIN):
        with pytest.raises(PinWrong):
            log_in(checkout, now, pin)


@pytest.mark.parametrize("code", ["ANA", "Ana", "aNa"])
def test_the_case_of_a_staff_code_does_not_matter(
    checkout: Checkout, now: datetime, code: str
) -> None:
    assert log_in(checkout, now, code=code).till.clerk.code == "ana"


@pytest.mark.parametrize("code", ["an_", "%", "a%"])
def test_a_staff_code_is_no_pattern(checkout: Checkout, now: datetime, code: str) -> None:
    with pytest.raises(PinWrong):
        log_in(checkout, now, code=code)


def test_the_token_stands_in_no_column(checkout: Checkout, now: datetime) -> None:
    opened = log_in(checkout, now)
    assert opened.token not in str(TillSession.objects.values().get())


# --- The lock -------------------------------------------------------------------------------------


def test_a_wrong_try_counts_although_the_request_is_refused(
    checkout: Checkout, now: datetime
) -> None:
    fail(checkout, now, times=3)
    assert PinAttempt.objects.filter(staff_code="ana").count() == 3


def test_five_wrong_pins_lock_out_even_the_right_one(checkout: Checkout, now: datetime) -> None:
    fail(checkout, now, times=5)
    with pytest.raises(PinLocked):
        log_in(checkout, now + SECOND)
    assert PinAttempt.objects.count() == 5  # a refused try does not make the wait longer


def test_the_case_of_the_code_does_not_give_more_tries(checkout: Checkout, now: datetime) -> None:
    for code in ("ana", "ANA", "Ana", "aNa", "anA"):
        fail(checkout, now, code=code)
    with pytest.raises(PinLocked):
        log_in(checkout, now)


def test_a_code_nobody_has_locks_as_well(checkout: Checkout, now: datetime) -> None:
    fail(checkout, now, times=5, code="nobody")
    with pytest.raises(PinLocked):
        log_in(checkout, now, code="nobody")


def test_a_lock_is_one_persons_own(checkout: Checkout, now: datetime) -> None:
    make_staff(checkout.store, code="bob")
    fail(checkout, now, times=5)
    assert log_in(checkout, now, code="bob").token


def test_the_lock_ends_15_minutes_after_the_first_of_the_five(
    checkout: Checkout, now: datetime
) -> None:
    fail(checkout, now)
    fail(checkout, now + SECOND, times=4)
    with pytest.raises(PinLocked):
        log_in(checkout, now + WINDOW - TICK)
    assert log_in(checkout, now + WINDOW).token


def test_whoever_waits_as_long_as_the_lock_says_gets_in(checkout: Checkout, now: datetime) -> None:
    fail(checkout, now)
    fail(checkout, now + SECOND, times=4)
    later = now + timedelta(minutes=4, milliseconds=300)
    with pytest.raises(PinLocked) as locked:
        log_in(checkout, later)
    wait = locked.value.retry_after
    assert wait == 11 * 60  # rounded up to a whole second
    assert log_in(checkout, later + timedelta(seconds=wait)).token


def test_the_right_pin_clears_the_count(checkout: Checkout, now: datetime) -> None:
    fail(checkout, now, times=4)
    log_in(checkout, now)
    fail(checkout, now, times=5)


def test_a_new_pin_unlocks(checkout: Checkout, now: datetime) -> None:
    fail(checkout, now, times=5)
    with transaction():
        set_pin(actor=MANAGER, staff_id=checkout.staff.pk, pin="6182", now=now)
    assert log_in(checkout, now, "6182").token


# --- The session ----------------------------------------------------------------------------------


def test_a_session_ends_after_twelve_hours_however_busy(checkout: Checkout, now: datetime) -> None:
    opened = log_in(checkout, now)
    end = opened.expires_at
    used_until(opened.token, now, end)
    assert find_till(token=opened.token, now=end - TICK)
    assert find_till(token=opened.token, now=end) is None


def test_a_session_ends_after_half_an_hour_without_use(now: datetime) -> None:
    _, token = open_till(now=now)
    assert find_till(token=token, now=now + IDLE - TICK)
    assert find_till(token=token, now=now + IDLE) is None


def test_use_keeps_a_session_alive(now: datetime) -> None:
    till, token = open_till(now=now)
    touch_session(till=till, now=now + IDLE - TICK)
    assert find_till(token=token, now=now + IDLE)


@pytest.mark.parametrize("after", [0, 60, 61])
def test_a_touch_is_due_when_the_last_is_more_than_a_minute_old(now: datetime, after: int) -> None:
    _, token = open_till(now=now)
    till = find_till(token=token, now=now + timedelta(seconds=after))
    assert till is not None
    assert till.is_due_a_touch is (after > 60)


def end(till: Till, now: datetime) -> None:
    with transaction():
        end_session(till=till, now=now)


def test_logging_out_ends_the_session(now: datetime) -> None:
    till, token = open_till(now=now)
    end(till, now)
    assert find_till(token=token, now=now) is None


def test_logging_out_leaves_other_sessions_open(now: datetime) -> None:
    store = make_store()
    till, _ = open_till(store, now=now)
    _, other = open_till(store, Role.SHIFT_LEAD, code="bob", number=2, now=now)
    end(till, now)
    assert find_till(token=other, now=now)


def test_the_session_of_somebody_who_leaves_ends_at_once(now: datetime) -> None:
    till, token = open_till(now=now)
    Staff.objects.filter(pk=till.clerk.id).update(is_active=False)
    assert find_till(token=token, now=now) is None


def test_login_and_logout_are_on_the_chain_of_the_terminal(
    checkout: Checkout, now: datetime
) -> None:
    opened = log_in(checkout, now)
    end(opened.till, now)
    chain = f"terminal:{checkout.terminal.pk}"
    entries = AuditEntry.objects.filter(chain=chain).order_by("sequence")
    assert [entry.action for entry in entries] == ["session.opened", "session.ended"]
    assert {entry.actor_name for entry in entries} == {"Ana"}
    assert find_broken_link(chain) is None
