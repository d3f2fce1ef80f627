"""Who somebody says they are, proved by a PIN that nobody can try out.

Wrong PINs are counted by the person who is named and the till where they are typed: five within
fifteen minutes and twenty within a day lock that person at that till. All tills together have sixty
a day. A till can use up a third of those at most, so no cashier locks a manager out of the other
tills by typing wrong PINs under their name.

A PIN of four digits is one of some 10,000. Whoever guesses at one till all day hits it with a
chance of 20 in 10,000 (0.2 %); with three tills or more of 60 in 10,000 (0.6 %). Six digits make
that a hundred times less. The person's own right PIN at a till clears what was counted there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.contrib.auth.hashers import check_password, make_password
from django_subatomic.db import durable, transaction, transaction_required

from apps.core import audit
from apps.stores.errors import PinLocked, PinWrong
from apps.stores.models import PinAttempt, Staff

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from apps.core.types import Actor

LOCK_WINDOW = timedelta(minutes=15)
TRIES_IN_WINDOW = 5  # at one till
DAY = timedelta(days=1)
TRIES_A_DAY = 20  # at one till
TRIES_A_DAY_ANYWHERE = 60  # at all tills together
CHECK = "Check the staff code and the PIN."


@dataclass(frozen=True, slots=True)
class Counter:
    """Where a PIN is typed: by whom, as far as that is known, and what for, in a word."""

    store_id: int
    terminal_id: int
    actor: Actor
    purpose: str


@durable
def prove_pin(*, at: Counter, staff_code: str, pin: str, now: datetime) -> Staff:
    """The person of that code, who may work in the store and knows the PIN.

    The try is written down before the PIN is looked at, so tries sent side by side count as well.
    Whoever lets the person in calls `accept_pin` in the transaction that does. A wrong PIN is told
    to the audit, with whom it was typed for and without what was typed.

    Raises:
        PinWrong: no such active person in this store, or another PIN.
        PinLocked: too many wrong tries under this code, here or anywhere.
    """
    named, may_work = _note_attempt(at, staff_code, now)
    if named is None or not may_work:
        make_password(pin)  # takes as long as a check would, so that codes cannot be probed
    elif check_password(pin, named.pin_hash):
        return named
    _tell_wrong(at, named, now)
    raise PinWrong(CHECK)


@transaction_required
def accept_pin(staff: Staff, *, at: Counter) -> None:
    """Clear the tries at this till of somebody who proved their PIN, unless it was changed since.

    Raises:
        PinWrong: it was, or the person may not work any more.
    """
    unchanged = Staff.objects.filter(pk=staff.pk, pin_hash=staff.pin_hash, is_active=True)
    if not unchanged.select_for_update(no_key=True).first():
        raise PinWrong("The PIN was changed a moment ago.")
    tries = PinAttempt.objects.filter(staff_code=staff.code.casefold())
    tries.filter(terminal=at.terminal_id).delete()


@transaction
def _note_attempt(at: Counter, staff_code: str, now: datetime) -> tuple[Staff | None, bool]:
    """Write a try down under the person's own code; who it is, and whether they may work here."""
    people = Staff.objects.filter(code__iexact=staff_code)
    person = people.select_for_update(no_key=True).first()  # one try at a time
    code = (person.code if person else staff_code).casefold()
    tries = PinAttempt.objects.filter(staff_code=code)
    tries.filter(at__lte=now - DAY).delete()
    made = list(tries.order_by("-at").values_list("at", "terminal"))
    wait = _wait_for(made, at.terminal_id, now)
    if wait > timedelta():
        elsewhere = "" if len(made) >= TRIES_A_DAY_ANYWHERE else " use another till,"
        raise PinLocked(
            f"Wait,{elsewhere} or ask an owner to set a new PIN.",
            retry_after=int(wait.total_seconds()) + 1,
        )
    PinAttempt.objects.create(staff_code=code, terminal_id=at.terminal_id, at=now)
    return person, people.filter(is_active=True, stores=at.store_id).exists()


def _wait_for(made: Iterable[tuple[datetime, int]], terminal_id: int, now: datetime) -> timedelta:
    """How long nobody may try here, after the tries of the last day, newest first; mostly none."""
    anywhere = [when for when, _ in made]
    here = [when for when, terminal in made if terminal == terminal_id]
    limits = (
        (here, TRIES_IN_WINDOW, LOCK_WINDOW),
        (here, TRIES_A_DAY, DAY),
        (anywhere, TRIES_A_DAY_ANYWHERE, DAY),
    )
    waits = (times[most - 1] + span - now for times, most, span in limits if len(times) >= most)
    return max(waits, default=timedelta())


@transaction
def _tell_wrong(at: Counter, named: Staff | None, now: datetime) -> None:
    """One entry; a code that nobody has is left out, for it may be a PIN in the wrong field."""
    subject = f"staff:{named.pk}" if named else "staff:unknown"
    facts = {"for": at.purpose, "named": named.name if named else ""}
    audit.record(audit.AuditFact(now, at.actor, "pin.wrong", subject, facts))
