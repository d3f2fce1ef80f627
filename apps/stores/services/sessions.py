"""Logging in and out at a till."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django_subatomic.db import durable, transaction, transaction_required

from apps.core import audit
from apps.core.types import Actor, ActorKind
from apps.stores.errors import PinWrong
from apps.stores.models import TillSession
from apps.stores.selectors import find_till, hash_token
from apps.stores.services.pins import Counter, accept_pin, prove_pin

if TYPE_CHECKING:
    from datetime import datetime

    from apps.stores.models import Staff
    from apps.stores.types import PairedTerminal, Till

SESSION_LIFE = timedelta(hours=12)


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

    Raises:
        PinWrong, PinLocked: as `pins.prove_pin`.
    """
    at = Counter(terminal.store.id, terminal.register.id, terminal.actor, "login")
    staff = prove_pin(at=at, staff_code=staff_code, pin=pin, now=now)
    return _admit(terminal, staff, at, now)


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
def _admit(terminal: PairedTerminal, staff: Staff, at: Counter, now: datetime) -> OpenSession:
    accept_pin(staff, at=at)
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
