"""Tills: set up, paired by a code, revoked."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django_subatomic.db import transaction_required

from apps.core import audit
from apps.core.types import Actor, ActorKind
from apps.stores.errors import PairingCodeInvalid, TerminalUnknown
from apps.stores.models import Terminal, TillSession
from apps.stores.selectors import find_paired_terminal, hash_token

if TYPE_CHECKING:
    from datetime import datetime

    from apps.stores.types import PairedTerminal

PAIRING_CODE_LIFE = timedelta(minutes=15)
PAIRING_CODE_LENGTH = 6
# Without characters that people mistake for each other: 0 O, 1 I L, 5 S, 8 B, 2 Z.
PAIRING_ALPHABET = "ACDEFGHJKMNPQRTUVWXY34679"
ASK_ANEW = "Ask a manager for a new code: Terminals, then Pair."


@dataclass(frozen=True, slots=True)
class Pairing:
    """A terminal that has just been paired, and the token that only it will know."""

    terminal: PairedTerminal
    token: str


@transaction_required
def issue_pairing_code(*, actor: Actor, terminal_id: int, now: datetime) -> str:
    """Six characters that pair this terminal once within 15 minutes. Only their hash is kept.

    Raises:
        TerminalUnknown: there is no such terminal.
    """
    code = "".join(secrets.choice(PAIRING_ALPHABET) for _ in range(PAIRING_CODE_LENGTH))
    _update(
        terminal_id,
        pairing_code_hash=hash_token(code),
        pairing_expires_at=now + PAIRING_CODE_LIFE,
    )
    audit.record(audit.AuditFact(now, actor, "terminal.code_issued", f"terminal:{terminal_id}", {}))
    return code


@transaction_required
def pair_terminal(*, code: str, now: datetime) -> Pairing:
    """Turn a pairing code into a terminal token. A terminal paired before loses its old token.

    Raises:
        PairingCodeInvalid: the code is wrong, used or too old.
    """
    code_hash = hash_token(code.strip().upper())
    waiting = Terminal.objects.filter(pairing_code_hash=code_hash, pairing_expires_at__gt=now)
    terminal = waiting.first()
    if terminal is None:
        raise PairingCodeInvalid(ASK_ANEW)
    # Before the terminal's row is locked: a sale takes the two in the same order.
    actor = Actor(ActorKind.SYSTEM, str(terminal.pk), terminal.name, f"terminal:{terminal.pk}")
    audit.record(audit.AuditFact(now, actor, "terminal.paired", f"terminal:{terminal.pk}", {}))
    token = f"tht_{secrets.token_urlsafe(32)}"
    claimed = waiting.update(
        pairing_code_hash=None,
        pairing_expires_at=None,
        token_hash=hash_token(token),
        paired_at=now,
        revoked_at=None,
    )
    if not claimed:
        raise PairingCodeInvalid(ASK_ANEW)
    _end_sessions(terminal.pk, now)
    paired = find_paired_terminal(token=token)
    if paired is None:
        raise PairingCodeInvalid("The store of this terminal is closed.")
    return Pairing(paired, token)


@transaction_required
def revoke_terminal(*, actor: Actor, terminal_id: int, now: datetime) -> None:
    """Lock a terminal out at once: its token and every session on it end.

    Raises:
        TerminalUnknown: there is no such terminal.
    """
    _update(
        terminal_id,
        token_hash=None,
        pairing_code_hash=None,
        pairing_expires_at=None,
        revoked_at=now,
    )
    _end_sessions(terminal_id, now)
    audit.record(audit.AuditFact(now, actor, "terminal.revoked", f"terminal:{terminal_id}", {}))


def _update(terminal_id: int, **fields: object) -> None:
    if not Terminal.objects.filter(pk=terminal_id).update(**fields):
        raise TerminalUnknown(f"There is no terminal {terminal_id}.")


def _end_sessions(terminal_id: int, now: datetime) -> None:
    TillSession.objects.filter(terminal_id=terminal_id, ended_at__isnull=True).update(ended_at=now)
