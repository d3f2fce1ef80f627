"""What the office does to a gift card or store credit: freezes it, thaws it, sets it right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django_subatomic.db import transaction_required

from apps.core import audit
from apps.payments.errors import StoredValueStateConflict
from apps.payments.models import StoredValueAccount, StoredValueEntry
from apps.payments.services.stored_value.posting import post
from apps.payments.stored_value_selectors import get_account
from apps.payments.stored_value_types import EntryKind, Posting, StoredValueStatus

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from apps.core.types import JSON, Actor

_OTHER = {
    StoredValueStatus.ACTIVE: StoredValueStatus.FROZEN,
    StoredValueStatus.FROZEN: StoredValueStatus.ACTIVE,
}


@transaction_required
def set_status(
    *, actor: Actor, account_id: UUID, status: StoredValueStatus, reason: str, now: datetime
) -> None:
    """Freeze an account, so that nobody spends from it, or let it be spent from again.

    Raises:
        StoredValueAccountUnknown: there is no such account.
        StoredValueStateConflict: somebody has done it already.
    """
    account = get_account(account_id=account_id)
    turned = StoredValueAccount.objects.filter(pk=account_id, status=_OTHER[status].value)
    if not turned.update(status=status.value):
        raise StoredValueStateConflict(f"It is {status.value.lower()} already.")
    verb = "frozen" if status is StoredValueStatus.FROZEN else "thawed"
    facts: dict[str, JSON] = {"last4": account.last4, "reason": reason}
    subject = f"stored-value:{account_id}"
    audit.record(audit.AuditFact(now, actor, f"stored_value.{verb}", subject, facts))


@transaction_required
def adjust_balance(
    *, actor: Actor, account_id: UUID, amount_cents: int, reason: str, key: UUID, now: datetime
) -> int:
    """Put cents on an account or take them off it, by an entry that says why; what is left on it.

    `key` is the form's, which is done once however often it is sent.

    Raises:
        StoredValueStateConflict: the form was sent before.
        StoredValueAccountUnknown: there is no such account.
        StoredValueInsufficient: less is on it than is to come off it.
    """
    if StoredValueEntry.objects.filter(key=key).exists():
        raise StoredValueStateConflict("This was done already: see its entries.")
    entry = Posting(account_id, EntryKind.ADJUSTED, amount_cents, reason=reason, key=key)
    posted = post(actor_name=actor.name, postings=[entry], now=now)
    facts: dict[str, JSON] = {
        "last4": posted[0].last4,
        "amount_cents": amount_cents,
        "balance_cents": posted[0].left_cents,
        "reason": reason,
    }
    subject = f"stored-value:{account_id}"
    audit.record(audit.AuditFact(now, actor, "stored_value.adjusted", subject, facts))
    return posted[0].left_cents
