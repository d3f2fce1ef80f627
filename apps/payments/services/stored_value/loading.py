"""Putting money on a gift card or store credit, which is opened where its code is new."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django_subatomic.db import transaction_required

from apps.core.money import format_cents
from apps.payments.errors import (
    StoredValueCurrencyDiffers,
    StoredValueTooMuch,
    StoredValueUnknown,
)
from apps.payments.models import StoredValueAccount
from apps.payments.stored_value_codes import hash_code, last4_of
from apps.payments.stored_value_selectors import find_accounts
from apps.payments.stored_value_types import StoredValueKind, StoredValueStatus

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from apps.payments.stored_value_types import Account, Load, Posted

# The most that a card of one shop's own may ever hold and its seller be no financial institution:
# 31 CFR 1010.100(ff)(4)(iii)(A).
MOST_CENTS = 200_000


@transaction_required
def open_accounts(*, loads: Sequence[Load], currency: str, now: datetime) -> Mapping[str, UUID]:
    """The accounts to be loaded, by their codes; those that are new are opened, empty.

    Raises:
        StoredValueCodeInvalid: one of the codes is none.
        StoredValueUnknown: the code is one of the other kind.
        StoredValueCurrencyDiffers: the account is in another currency.
        django.db.IntegrityError: another till opens an account of this code at the same moment.
    """
    known = find_accounts(codes=[load.code for load in loads])
    for load in loads:
        if load.code in known:
            _refuse_other(known[load.code], load, currency)
    new = {load.code: _new(load, currency, now) for load in loads if load.code not in known}
    StoredValueAccount.objects.bulk_create(sorted(new.values(), key=lambda row: row.code_hash))
    return {
        **{code: account.id for code, account in known.items()},
        **{code: account.pk for code, account in new.items()},
    }


def refuse_too_much(posted: Sequence[Posted]) -> None:
    """Refuse what would leave more on a card than the law lets a shop put there.

    Raises:
        StoredValueTooMuch: with `most_cents`.
    """
    for entry in posted:
        if entry.left_cents > MOST_CENTS:
            raise StoredValueTooMuch(
                f"There would be {format_cents(entry.left_cents)} on ...{entry.last4};"
                f" {format_cents(MOST_CENTS)} is the most. Take another card for the rest.",
                last4=entry.last4,
                most_cents=MOST_CENTS,
            )


def _refuse_other(account: Account, load: Load, currency: str) -> None:
    if account.kind is not load.kind:
        name = account.kind.value.replace("_", " ").lower()
        raise StoredValueUnknown(f"This is the code of a {name}.", last4=account.last4)
    if account.currency != currency:
        raise StoredValueCurrencyDiffers(
            f"It holds {account.currency}; this store takes {currency}.", currency=account.currency
        )


def _new(load: Load, currency: str, now: datetime) -> StoredValueAccount:
    return StoredValueAccount(
        id=uuid.uuid4(),
        kind=StoredValueKind(load.kind).value,
        code_hash=hash_code(load.code),
        last4=last4_of(load.code),
        currency=currency,
        balance_cents=0,
        status=StoredValueStatus.ACTIVE.value,
        opened_at=now,
    )
