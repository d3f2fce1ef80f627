"""Who somebody says they are, proved by a PIN that nobody can try out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.contrib.auth.hashers import check_password, make_password
from django_subatomic.db import durable, transaction, transaction_required

from apps.stores.errors import PinLocked, PinWrong
from apps.stores.models import PinAttempt, Staff

if TYPE_CHECKING:
    from datetime import datetime

LOCK_WINDOW = timedelta(minutes=15)
TRIES_IN_WINDOW = 5


@dataclass(frozen=True, slots=True)
class Counter:
    """Where a PIN is typed."""

    store_id: int
    terminal_id: int


@durable
def prove_pin(*, at: Counter, staff_code: str, pin: str, now: datetime) -> Staff:
    """The person of that code, who may work in the store and knows the PIN.

    The try is written down before the PIN is looked at, so tries sent side by side count as well.
    Whoever lets the person in calls `accept_pin` in the transaction that does.

    Raises:
        PinWrong: no such active person in this store, or another PIN.
        PinLocked: five wrong tries under this code within 15 minutes.
    """
    staff = _note_attempt(at, staff_code, now)
    if staff is None:
        make_password(pin)  # takes as long as a check would, so that codes cannot be probed
        raise PinWrong("Check the staff code and the PIN.")
    if not check_password(pin, staff.pin_hash):
        raise PinWrong("Check the staff code and the PIN.")
    return staff


@transaction_required
def accept_pin(staff: Staff) -> None:
    """Clear the tries of somebody who proved their PIN, unless it was changed since.

    Raises:
        PinWrong: it was, or the person may not work any more.
    """
    unchanged = Staff.objects.filter(pk=staff.pk, pin_hash=staff.pin_hash, is_active=True)
    if not unchanged.select_for_update(no_key=True).first():
        raise PinWrong("The PIN was changed a moment ago.")
    PinAttempt.objects.filter(staff_code=staff.code.casefold()).delete()


@transaction
def _note_attempt(at: Counter, staff_code: str, now: datetime) -> Staff | None:
    """Write a try down under the person's own code; who it is, if they may work here."""
    people = Staff.objects.filter(code__iexact=staff_code)
    person = people.select_for_update(no_key=True).first()  # one try at a time
    code = person.code if person else staff_code
    tries = PinAttempt.objects.filter(staff_code=code.casefold())
    tries.filter(at__lte=now - LOCK_WINDOW).delete()
    times = list(tries.order_by("-at").values_list("at", flat=True)[:TRIES_IN_WINDOW])
    if len(times) == TRIES_IN_WINDOW:
        wait = int((times[-1] + LOCK_WINDOW - now).total_seconds()) + 1
        raise PinLocked("Wait, or ask a manager to set a new PIN.", retry_after=wait)
    PinAttempt.objects.create(staff_code=code.casefold(), terminal_id=at.terminal_id, at=now)
    return people.filter(is_active=True, stores=at.store_id).first()
