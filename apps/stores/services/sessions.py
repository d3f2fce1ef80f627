"""Logging in and out at a till."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.contrib.auth.hashers import check_password, make_password
from django_subatomic.db import durable, transaction, transaction_required

from apps.core import audit
from apps.core.types import Actor, ActorKind
from apps.stores.errors import PinLocked, PinWrong
from apps.stores.models import PinAttempt, Staff, TillSession
from apps.stores.selectors import find_till, hash_token

if TYPE_CHECKING:
    from datetime import datetime

    from apps.stores.types import PairedTerminal, Till

SESSION_LIFE = timedelta(hours=12)
LOCK_WINDOW = timedelta(minutes=15)
TRIES_IN_WINDOW = 5


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A login that succeeded: the token is shown this once."""

    till: Till
    token: str
    expires_at: datetime


@durable
def open_session(
    *, terminal: PairedTerminal, staff_code: str, pin: str, now: datetime
) -> OpenSession:
    """Log a member of staff in at a terminal.

    The try is written down before the PIN is looked at, so tries sent side by side count as well.

    Raises:
        PinWrong: no such active person in this store, or another PIN.
        PinLocked: five wrong tries under this code within 15 minutes.
    """
    staff = _note_attempt(terminal, staff_code, now)
    if staff is None:
        make_password(pin)  # takes as long as a check would, so that codes cannot be probed
        raise PinWrong("Check the staff code and the PIN.")
    if not check_password(pin, staff.pin_hash):
        raise PinWrong("Check the staff code and the PIN.")
    return _admit(terminal, staff, now)


@transaction_required
def end_session(*, till: Till, now: datetime) -> None:
    """Log out; the token is worthless from now on."""
    TillSession.objects.filter(pk=till.session_id, ended_at__isnull=True).update(ended_at=now)
    subject = f"staff:{till.clerk.id}"
    audit.record(audit.AuditFact(now, till.actor, "session.ended", subject, {}))


def touch_session(*, till: Till, now: datetime) -> None:
    """Note that a session is in use."""
    TillSession.objects.filter(pk=till.session_id).update(last_seen_at=now)


@transaction
def _note_attempt(terminal: PairedTerminal, staff_code: str, now: datetime) -> Staff | None:
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
    PinAttempt.objects.create(staff_code=code.casefold(), terminal_id=terminal.register.id, at=now)
    return people.filter(is_active=True, stores=terminal.store.id).first()


@transaction
def _admit(terminal: PairedTerminal, staff: Staff, now: datetime) -> OpenSession:
    unchanged = Staff.objects.filter(pk=staff.pk, pin_hash=staff.pin_hash, is_active=True)
    if not unchanged.select_for_update(no_key=True).first():
        raise PinWrong("The PIN was changed a moment ago.")
    PinAttempt.objects.filter(staff_code=staff.code.casefold()).delete()
    token = f"ths_{secrets.token_urlsafe(32)}"
    session = TillSession.objects.create(
        terminal_id=terminal.register.id,
        staff=staff,
        token_hash=hash_token(token),
        created_at=now,
        last_seen_at=now,
        expires_at=now + SESSION_LIFE,
    )
    actor = Actor(ActorKind.STAFF, str(staff.pk), staff.name, terminal.scope)
    audit.record(audit.AuditFact(now, actor, "session.opened", f"staff:{staff.pk}", {}))
    till = find_till(token=token, now=now)
    if till is None:
        raise PinWrong("The terminal was revoked a moment ago.")
    return OpenSession(till, token, session.expires_at)
