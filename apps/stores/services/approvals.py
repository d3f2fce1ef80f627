"""Approvals: somebody with more rights lets one cashier do one thing, once, within minutes.

By PIN at the till it is given at once; from the back office it is asked for and decided. Either
way the till holds a token, and `authorising.authorise` uses it up in the very transaction of the
deed, so that a deed that is refused leaves it unused.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from django_subatomic.db import durable, transaction, transaction_required

from apps.core import audit
from apps.core.reference import read_revision
from apps.core.types import Actor, ActorKind
from apps.stores.errors import ApprovalBeyondLimit, ApprovalDecided, TooManyAttempts
from apps.stores.models import Approval, Staff
from apps.stores.selectors import get_limits, hash_token
from apps.stores.services.pins import Counter, accept_pin, prove_pin
from apps.stores.types import ApprovalAction, Asked, Role

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from apps.core.types import JSON
    from apps.stores.types import Till

GOOD_FOR = timedelta(minutes=5)
WAITS_FOR = timedelta(minutes=15)
MOST_WAITING = 20  # of one till

type Given = tuple[Approval, str]  # an approval and its token, which is shown this once


@durable
def approve_by_pin(*, till: Till, asked: Asked, staff_code: str, pin: str, now: datetime) -> Given:
    """Approve a deed at the till.

    Raises:
        PinWrong, PinLocked: as `pins.prove_pin`.
        ApprovalBeyondLimit: the person's own limits do not go that far.
    """
    at = Counter(till.store.id, till.register.id, till.actor, asked.action.word)
    approver = prove_pin(at=at, staff_code=staff_code, pin=pin, now=now)
    return _give(till, asked, approver, at, now)


@transaction_required
def ask_for_approval(*, till: Till, asked: Asked, now: datetime) -> Given:
    """Ask the back office; the token holds once somebody there has approved.

    Raises:
        TooManyAttempts: this till waits for too many answers already.
    """
    waiting = Approval.objects.filter(
        terminal=till.register.id, decided_at__isnull=True, expires_at__gt=now
    )
    if waiting.count() >= MOST_WAITING:
        raise TooManyAttempts("Wait until somebody has decided.", retry_after=60)
    approval, token = _write(till, asked, now, expires_at=now + WAITS_FOR)
    _tell(approval, till.actor, "asked", now)
    return approval, token


@transaction_required
def decide_approval(
    *, actor: Actor, approval_id: UUID, by_user_id: int, is_denied: bool, now: datetime
) -> Approval:
    """Approve or deny what a till has asked for, as the member of staff an account belongs to.

    Raises:
        ApprovalBeyondLimit: the account is nobody's, or their limits do not go that far.
        ApprovalDecided: somebody has decided already, or the till has stopped waiting.
    """
    approval = Approval.objects.select_related("cashier").get(pk=approval_id)
    approver = Staff.objects.filter(user=by_user_id, is_active=True).first()
    if approver is None:
        raise ApprovalBeyondLimit(
            "Your account belongs to no member of staff. An owner can say whose it is."
        )
    if not is_denied:
        asked = _asked_of(approval)
        _refuse_own(approver, approval.cashier_id, asked)
        approval.percent = _refuse_beyond(approver, asked)
    waiting = Approval.objects.filter(pk=approval_id, decided_at__isnull=True, expires_at__gt=now)
    moved = waiting.update(
        approver=approver,
        percent=approval.percent,
        is_denied=is_denied,
        decided_at=now,
        expires_at=now + GOOD_FOR,
    )
    if not moved:
        raise ApprovalDecided("Somebody has decided already, or the till has stopped waiting.")
    approval.approver = approver
    _tell(approval, actor, "denied" if is_denied else "given", now)
    return approval


@transaction
def _give(till: Till, asked: Asked, approver: Staff, at: Counter, now: datetime) -> Given:
    accept_pin(approver, at=at)
    _refuse_own(approver, till.clerk.id, asked)
    asked = replace(asked, percent=_refuse_beyond(approver, asked))
    approval, token = _write(till, asked, now, expires_at=now + GOOD_FOR, approver=approver)
    actor = Actor(ActorKind.STAFF, str(approver.pk), approver.name, till.scope)
    _tell(approval, actor, "given", now)
    return approval, token


def _write(
    till: Till, asked: Asked, now: datetime, *, expires_at: datetime, approver: Staff | None = None
) -> Given:
    token = f"tha_{secrets.token_urlsafe(32)}"
    approval = Approval.objects.create(
        action=asked.action.value,
        store_id=till.store.id,
        terminal_id=till.register.id,
        cashier_id=till.clerk.id,
        order_id=asked.order_id,
        amount_cents=asked.amount_cents,
        percent=asked.percent,
        reason=asked.reason,
        token_hash=hash_token(token),
        asked_at=now,
        expires_at=expires_at,
        approver=approver,
        decided_at=now if approver else None,
    )
    return approval, token


def _refuse_own(approver: Staff, cashier_id: int, asked: Asked) -> None:
    """What is asked of everybody, whatever their role, is approved by somebody else."""
    if asked.action is ApprovalAction.BLIND_RETURN and approver.pk == cashier_id:
        raise ApprovalBeyondLimit(
            "Goods without a receipt need a second person. Ask somebody else.",
            action=asked.action.word,
        )


def _refuse_beyond(approver: Staff, asked: Asked) -> int | None:
    """Refuse what is beyond the approver's limits; of a price, how far off it may then be.

    That is what was asked for, or else all that the approver may: whatever becomes of their limits
    while the approval lasts, it is not good for more.
    """
    limits = get_limits(role=Role(approver.role), revision=read_revision())
    if not limits.cover(asked.deed):
        raise ApprovalBeyondLimit(
            f"{approver.name} may not approve this. Ask somebody with more rights.",
            action=asked.action.word,
        )
    if asked.action is not ApprovalAction.OVERRIDE_PRICE:
        return None
    return limits.discount_percent if asked.percent is None else asked.percent


def _asked_of(approval: Approval) -> Asked:
    action = ApprovalAction(approval.action)
    return Asked(
        action, approval.order_id, approval.amount_cents, approval.reason, approval.percent
    )


def _tell(approval: Approval, actor: Actor, what: str, now: datetime) -> None:
    facts: dict[str, JSON] = {
        "action": approval.action,
        "cashier": approval.cashier_id,
        "order": str(approval.order_id or ""),
        "amount_cents": approval.amount_cents,
        "percent": approval.percent,
        "reason": approval.reason,
    }
    fact = audit.AuditFact(now, actor, f"approval.{what}", f"approval:{approval.pk}", facts)
    audit.record(fact)
