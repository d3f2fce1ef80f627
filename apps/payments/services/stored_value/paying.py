"""What a sale does to gift cards and store credit: spends from some, and sells others."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django_subatomic.db import transaction_required

from apps.payments.models import StoredValueEntry
from apps.payments.services.stored_value.loading import open_accounts, refuse_too_much
from apps.payments.services.stored_value.posting import post
from apps.payments.stored_value_types import EntryKind, Posting

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from apps.payments.stored_value_types import Load, Posted
    from apps.payments.types import Tender
    from apps.stores.types import Till


@transaction_required
def spend_and_load(
    *,
    till: Till,
    order_id: UUID,
    tenders: Sequence[Tender],
    loads: Sequence[Load],
    now: datetime,
) -> tuple[tuple[Tender, ...], tuple[Posted, ...]]:
    """Take what an order's gift cards and store credits pay, and load the gift cards it sells.

    The tenders with their entries, and what was loaded, in the order asked for. Nothing is asked of
    the database where there is none of either.

    Raises:
        StoredValueInsufficient, StoredValueFrozen: as `posting.post`.
        StoredValueTooMuch, StoredValueUnknown, StoredValueCurrencyDiffers: as `loading`.
    """
    spent = [tender for tender in tenders if tender.account_id]
    if not (spent or loads):
        return tuple(tenders), ()
    accounts = open_accounts(loads=loads, currency=till.store.currency, now=now) if loads else {}
    postings = [
        Posting(tender.account_id, EntryKind.SPENT, -tender.amount_cents, order_id)
        for tender in spent
        if tender.account_id
    ] + [
        Posting(accounts[load.code], EntryKind.SOLD, load.amount_cents, order_id) for load in loads
    ]
    posted = post(actor_name=till.clerk.name, postings=postings, now=now)
    refuse_too_much(posted[len(spent) :])
    return tuple(_written_all(tenders, posted)), tuple(posted[len(spent) :])


@transaction_required
def give_back(
    *,
    order_id: UUID,
    parts: Sequence[Tender],
    return_id: UUID | None,
    actor_name: str,
    now: datetime,
) -> list[Tender]:
    """Put back on gift cards and store credits what they paid of an order, in all or in part.

    `parts` are positive; what is no stored value among them is left alone. Without a return the
    whole order is voided, and what it loaded on to gift cards comes off them. The order is locked
    by the caller, so nobody gives the same back.

    Raises:
        StoredValueInsufficient: a gift card that the order sold has been spent from.
    """
    postings = [
        Posting(part.account_id, EntryKind.SPEND_REVERSED, part.amount_cents, order_id, return_id)
        for part in parts
        if part.account_id
    ]
    postings += [] if return_id else _unloading(order_id)
    posted = post(actor_name=actor_name, postings=postings, now=now) if postings else ()
    return _written_all(parts, posted)


def _unloading(order_id: UUID) -> list[Posting]:
    """What takes an order's loads off the gift cards that it sold."""
    loads = StoredValueEntry.objects.filter(order=order_id, kind=EntryKind.SOLD.value)
    return [
        Posting(load.account_id, EntryKind.SALE_VOIDED, -load.amount_cents, order_id)
        for load in loads.order_by("pk")
    ]


def _written_all(tenders: Sequence[Tender], posted: Sequence[Posted]) -> list[Tender]:
    """The tenders, those of stored value with their entries, which come in the same order."""
    entries = iter(posted)
    return [_written(tender, next(entries)) if tender.account_id else tender for tender in tenders]


def _written(tender: Tender, entry: Posted) -> Tender:
    return replace(tender, entry_id=entry.entry_id, left_cents=entry.left_cents)
