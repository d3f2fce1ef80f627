"""Whether a cashier may do something: by their own limits, or by an approval that is used up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django_subatomic.db import transaction_required

from apps.core.money import format_cents
from apps.stores.errors import ApprovalInvalid, ApprovalRequired
from apps.stores.models import Approval
from apps.stores.selectors import get_limits, hash_token
from apps.stores.types import Leave, Role

if TYPE_CHECKING:
    from datetime import datetime

    from apps.stores.types import Deed, Till

ANEW = "Ask for a new approval."
USED = f"This approval was used already. {ANEW}"


def is_within_limits(till: Till, deed: Deed) -> bool:
    """Whether the cashier needs nobody's approval."""
    return get_limits(role=till.clerk.role, revision=till.revision).cover(deed)


@transaction_required
def authorise(
    *,
    till: Till,
    deed: Deed,
    token: str | None,
    refusal: type[ApprovalRequired] = ApprovalRequired,
    is_always_asked: bool = False,
    now: datetime,
) -> Leave:
    """Let a cashier do something, in the transaction that does it; by whose leave, if anybody's.

    The caller writes the leave's facts into the audit of the deed, so that every use of an approval
    stands there with what it was used for. Nothing is used up where the cashier's
    own limits suffice, unless the deed `is_always_asked` for, whoever does it.

    Raises:
        ApprovalRequired: as `refusal`, naming what is to be approved.
        ApprovalInvalid: the approval is unknown, too old, used, denied, not decided yet, or was
            given for something else.
    """
    if not is_always_asked and is_within_limits(till, deed):
        return Leave()
    if not token:
        raise refusal(
            "Somebody whose role allows it must approve this.",
            action=deed.action.word,
            order_id=None if deed.order_id is None else str(deed.order_id),
            amount_cents=deed.amount_cents,
        )
    approval = _find(till, token)
    if reason := _obstacle(approval, deed, till, now):
        raise ApprovalInvalid(reason, action=deed.action.word)
    used = Approval.objects.filter(pk=approval.pk, used_at__isnull=True)
    if not used.update(used_at=now, order_id=deed.order_id):
        raise ApprovalInvalid(USED, action=deed.action.word)
    name = approval.approver.name if approval.approver else ""
    return Leave(name, approval.approver_id, approval.pk, deed.action)


def _find(till: Till, token: str) -> Approval:
    asked = Approval.objects.select_related("approver").filter(token_hash=hash_token(token))
    approval = asked.filter(store=till.store.id).first()
    if approval is None:
        raise ApprovalInvalid("No approval of this store has this token.")
    return approval


def _obstacle(approval: Approval, deed: Deed, till: Till, now: datetime) -> str | None:
    """Why an approval does not hold for a deed, as a sentence, or None."""
    approver, most_cents = approval.approver, approval.amount_cents
    if approver is None:
        return "Nobody has decided yet. Wait until somebody has."
    limits = get_limits(role=Role(approver.role), revision=till.revision)
    most_percent = approval.percent
    is_too_much = most_cents is not None and deed.amount_cents > most_cents
    is_too_far = most_percent is not None and deed.percent > most_percent
    most = f"{most_percent} percent off at most, and this is {deed.percent}"
    who = approver.name
    reasons = (
        (approval.is_denied, f"{who} has said no."),
        (approval.used_at is not None, USED),
        (approval.expires_at <= now, f"This approval is too old. {ANEW}"),
        (approval.cashier_id != till.clerk.id, f"It was given to another cashier. {ANEW}"),
        (approval.terminal_id != till.register.id, f"It was given at another till. {ANEW}"),
        (approval.action != deed.action.value, f"It was given for something else. {ANEW}"),
        (approval.order_id not in {None, deed.order_id}, f"It was given for another order. {ANEW}"),
        (is_too_much, f"It was given for {format_cents(most_cents or 0)} at most. {ANEW}"),
        (not limits.cover(deed), f"It goes beyond what {who} may approve. Ask somebody who may."),
        (is_too_far, f"It was given for {most}. {ANEW}"),
    )
    return next((sentence for is_so, sentence in reasons if is_so), None)
