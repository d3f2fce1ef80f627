"""The ledger of gift cards and store credit: the one place where a balance moves.

A balance moves by a conditional update, so of two tills that spend the same money at once the
second finds that it is gone. Accounts are locked after payments and before a terminal's audit
chain, in the order of their ids.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django_subatomic.db import transaction_required

from apps.core.money import format_cents
from apps.core.sql import Batch
from apps.payments.errors import (
    StoredValueAccountUnknown,
    StoredValueFrozen,
    StoredValueInsufficient,
)
from apps.payments.models import StoredValueAccount, StoredValueEntry
from apps.payments.stored_value_types import EntryKind, Posted, StoredValueStatus

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from apps.payments.stored_value_types import Posting

# The condition is what keeps a card from being spent twice: it is tried anew once a lock was had.
_MOVE = (
    "UPDATE payments_storedvalueaccount SET balance_cents = balance_cents + %s"
    " WHERE id = %s AND balance_cents >= %s AND status IN (%s, %s)"
    " RETURNING balance_cents, last4"
)
# What a frozen account does not take part in; what is owed to it goes back on to it all the same.
_NEEDS_ACTIVE = frozenset({EntryKind.SOLD, EntryKind.SPENT, EntryKind.CREDITED})


@transaction_required
def post(*, actor_name: str, postings: Sequence[Posting], now: datetime) -> list[Posted]:
    """Move balances and write an entry for each move; what was written, in the order asked for.

    Raises:
        StoredValueInsufficient: less is on an account than is to go off it.
        StoredValueFrozen: an account is frozen, and would be spent from or loaded.
        StoredValueAccountUnknown: there is no such account.
    """
    turns = sorted(range(len(postings)), key=lambda turn: postings[turn].account_id)
    moved = {turn: _move(postings[turn]) for turn in turns}
    entries = StoredValueEntry.objects.bulk_create(
        StoredValueEntry(
            account_id=posting.account_id,
            kind=posting.kind.value,
            amount_cents=posting.amount_cents,
            balance_cents=moved[turn][0],
            order_id=posting.order_id,
            return_id=posting.return_id,
            reason=posting.reason,
            key=posting.key,
            actor_name=actor_name,
            at=now,
        )
        for turn, posting in enumerate(postings)
    )
    return [
        Posted(entry.pk, entry.account_id, moved[turn][1], entry.balance_cents)
        for turn, entry in enumerate(entries)
    ]


def _move(posting: Posting) -> tuple[int, str]:
    """Move one balance; what it came to, and the end of its code."""
    active, least = StoredValueStatus.ACTIVE.value, max(0, -posting.amount_cents)
    other = active if posting.kind in _NEEDS_ACTIVE else StoredValueStatus.FROZEN.value
    batch = Batch()
    moved = batch.add(_MOVE, [posting.amount_cents, posting.account_id, least, active, other])
    batch.run()
    row = moved.one()
    if row is None:
        raise _refusal(posting)
    return row[0], row[1]


def _refusal(posting: Posting) -> Exception:
    account = StoredValueAccount.objects.filter(pk=posting.account_id).first()
    if account is None:
        return StoredValueAccountUnknown("There is no such account.", id=str(posting.account_id))
    name = f"{account.get_kind_display()} ...{account.last4}"
    facts: dict[str, Any] = {"account_id": str(account.pk), "last4": account.last4}
    if account.status != StoredValueStatus.ACTIVE and posting.kind in _NEEDS_ACTIVE:
        return StoredValueFrozen(f"{name} is frozen. Take another way to pay.", **facts)
    left, off = format_cents(account.balance_cents), format_cents(-posting.amount_cents)
    remedy = "Take that, and the rest another way."
    if posting.kind is not EntryKind.SPENT:
        remedy = f"{off} cannot come off it: some was spent."
    return StoredValueInsufficient(
        f"{left} is left on {name}. {remedy}",
        balance_cents=account.balance_cents,
        **facts,
    )
