"""Whoever guesses at a PIN is stopped where they guess; whose PIN it is works on elsewhere."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from apps.core.models import AuditEntry
from apps.stores.errors import PinLocked, PinWrong
from apps.stores.models import PinAttempt
from apps.stores.selectors import find_paired_terminal, hash_token
from apps.stores.services.approvals import approve_by_pin
from apps.stores.services.sessions import open_session
from apps.stores.types import ApprovalAction, Asked, Role
from tests.factories import PIN, make_staff, make_store, make_terminal, open_till

if TYPE_CHECKING:
    from datetime import datetime

    from apps.stores.models import Store
    from apps.stores.types import PairedTerminal

QUARTER = timedelta(minutes=15)
DAY = timedelta(days=1)
WRONG = "9302"
pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Store:
    """A store with Mia, its manager."""
    store = make_store()
    make_staff(store, Role.MANAGER, code="mia")
    return store


def till(store: Store, number: int) -> PairedTerminal:
    token, terminal = f"till {number}", make_terminal(store, number)
    terminal.token_hash = hash_token(token)
    terminal.save(update_fields=["token_hash"])
    paired = find_paired_terminal(token=token)
    assert paired is not None
    return paired


def type_pin(at: PairedTerminal, now: datetime, pin: str = WRONG, code: str = "mia") -> str:
    """What comes of a PIN that is typed: in, wrong or locked."""
    try:
        open_session(terminal=at, staff_code=code, pin=pin, now=now)
    except (PinWrong, PinLocked) as refusal:
        return refusal.code
    return "in"


def guess_all_day(at: PairedTerminal, now: datetime) -> int:
    """How many guesses a till lets through that makes one every three minutes for a day."""
    outcomes = [type_pin(at, now + timedelta(minutes=minute)) for minute in range(0, 24 * 60, 3)]
    return outcomes.count("pin-wrong")


def test_wrong_pins_at_one_till_lock_nobody_out_of_another(shop: Store, now: datetime) -> None:
    first, second = till(shop, 1), till(shop, 2)
    assert [type_pin(first, now) for _ in range(6)] == ["pin-wrong"] * 5 + ["pin-locked"]
    assert type_pin(second, now, PIN) == "in"


def test_the_right_pin_elsewhere_gives_no_new_tries(shop: Store, now: datetime) -> None:
    first, second = till(shop, 1), till(shop, 2)
    for _ in range(5):
        type_pin(first, now)
    type_pin(second, now, PIN)
    assert type_pin(first, now) == "pin-locked"


def test_a_till_that_guesses_all_day_has_twenty_guesses_and_locks_nobody_out_elsewhere(
    shop: Store, now: datetime
) -> None:
    first, second = till(shop, 1), till(shop, 2)
    assert guess_all_day(first, now) == 20
    assert type_pin(second, now + DAY - QUARTER, PIN) == "in"


def test_the_wait_after_twenty_ends_a_day_after_the_first_of_them(
    shop: Store, now: datetime
) -> None:
    at = till(shop, 1)
    for quarter in range(4):
        assert {type_pin(at, now + quarter * QUARTER) for _ in range(5)} == {"pin-wrong"}
    with pytest.raises(PinLocked) as locked:
        open_session(terminal=at, staff_code="mia", pin=PIN, now=now + 4 * QUARTER)
    assert "use another till" in locked.value.detail
    assert locked.value.retry_after == int((DAY - 4 * QUARTER).total_seconds()) + 1
    assert type_pin(at, now + DAY, PIN) == "in"


def test_many_tills_together_have_sixty_guesses_a_day(shop: Store, now: datetime) -> None:
    tills = [till(shop, number) for number in range(1, 5)]
    for at in tills[:3]:
        assert guess_all_day(at, now) == 20
    with pytest.raises(PinLocked, match="Wait, or ask an owner"):
        open_session(terminal=tills[3], staff_code="mia", pin=PIN, now=now + DAY - QUARTER)


def test_what_was_tried_is_forgotten_after_a_day(shop: Store, now: datetime) -> None:
    at = till(shop, 1)
    type_pin(at, now)
    type_pin(at, now + DAY)
    assert PinAttempt.objects.count() == 1


# --- In the audit ---------------------------------------------------------------------------------


def test_a_wrong_pin_at_login_is_in_the_audit_without_the_pin(shop: Store, now: datetime) -> None:
    at = till(shop, 1)
    type_pin(at, now)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.chain, entry.actor_name) == ("pin.wrong", at.scope, "Till 1")
    assert (entry.subject.split(":")[0], entry.facts) == ("staff", {"for": "login", "named": "Mia"})


def test_a_wrong_pin_for_an_approval_names_the_cashier_the_till_and_whose_it_is(
    shop: Store, now: datetime
) -> None:
    cashiers, _ = open_till(shop, now=now)
    asked = Asked(ApprovalAction.VOID_ORDER)
    with pytest.raises(PinWrong):
        approve_by_pin(till=cashiers, asked=asked, staff_code="MIA", pin=WRONG, now=now)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.chain, entry.actor_name) == ("pin.wrong", cashiers.scope, "Ana")
    assert entry.facts == {"for": "void-order", "named": "Mia"}
    assert WRONG not in str(entry.facts)


def test_a_code_that_nobody_has_is_not_kept_in_the_audit(shop: Store, now: datetime) -> None:
    """People type their PIN into the wrong field."""
    type_pin(till(shop, 1), now, code=PIN)
    entry = AuditEntry.objects.get()
    assert (entry.subject, entry.facts) == ("staff:unknown", {"for": "login", "named": ""})


def test_a_try_that_is_not_looked_at_is_not_in_the_audit(shop: Store, now: datetime) -> None:
    at = till(shop, 1)
    for _ in range(9):
        type_pin(at, now)
    assert AuditEntry.objects.filter(action="pin.wrong").count() == 5
