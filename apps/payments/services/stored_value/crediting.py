"""Store credit given for goods that came back without a receipt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django_subatomic.db import transaction_required

from apps.payments.services.stored_value.loading import open_accounts
from apps.payments.services.stored_value.posting import post
from apps.payments.services.stored_value.presenting import refuse_guessing
from apps.payments.stored_value_types import EntryKind, Load, Posting, StoredValueKind

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from apps.payments.stored_value_types import Posted
    from apps.stores.types import Till


@transaction_required
def credit(*, till: Till, return_id: UUID, code: str, amount_cents: int, now: datetime) -> Posted:
    """Put what goods are worth on the store credit of a code, which is opened where it is new.

    Raises:
        StoredValueUnknown: the code is a gift card's.
        StoredValueFrozen: as `posting.post`.
        StoredValueCurrencyDiffers: it is in another currency.
        TooManyAttempts: the till has guessed at codes.
    """
    refuse_guessing(till)
    load = Load(StoredValueKind.STORE_CREDIT, code, amount_cents)
    accounts = open_accounts(loads=[load], currency=till.store.currency, now=now)
    entry = Posting(accounts[code], EntryKind.CREDITED, amount_cents, return_id=return_id)
    (posted,) = post(actor_name=till.clerk.name, postings=[entry], now=now)
    return posted
