"""Locking all the money that one command moves before it moves any of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django_subatomic.db import transaction_required

from apps.payments.models import Payment, StoredValueAccount
from apps.payments.stored_value_codes import hash_code

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID


@transaction_required
def hold_money(
    *, payment_ids: Collection[UUID], account_ids: Collection[UUID], codes: Collection[str]
) -> None:
    """Hold these payments, then these gift cards and store credits, each in the order of their ids.

    What does not exist is left out: whoever names it refuses that.
    """
    payments = Payment.objects.select_for_update().filter(pk__in=payment_ids)
    list(payments.order_by("pk").values_list("pk", flat=True))
    hashes = [hash_code(code) for code in codes]
    by_code = StoredValueAccount.objects.filter(code_hash__in=hashes)
    named = {*account_ids, *by_code.values_list("pk", flat=True)}
    accounts = StoredValueAccount.objects.select_for_update().filter(pk__in=named)
    list(accounts.order_by("pk").values_list("pk", flat=True))
