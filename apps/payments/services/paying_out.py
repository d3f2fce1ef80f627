"""Stripe's ledger and payouts, kept beside ours: every fee, and what each payout was made of."""

from __future__ import annotations

from itertools import batched
from typing import TYPE_CHECKING

from django_subatomic.db import durable, transaction, transaction_required

from apps.core.money import format_cents
from apps.payments.gateway import ledger
from apps.payments.gateway.calling import demand
from apps.payments.models import BalanceEntry, Payment, Payout
from apps.payments.selectors import BATCH, list_payouts_to_follow
from apps.payments.services.differing import note_differences
from apps.payments.types import Compared, DifferenceKind, Found, PayoutStatus

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from apps.payments.types import LedgerEntry, StripePayout

_OF_PAYOUTS = ("payout", "payout_reversal", "payout_failure", "payout_cancel")
_KEPT = ("payment_id", "payout_id")


@durable
def record_entries(entries: Sequence[LedgerEntry], *, payout_id: str | None = None) -> None:
    """Keep lines of Stripe's ledger; with the payout that they went into, where it is known."""
    for batch in batched(entries, BATCH):
        with transaction():
            _keep(batch, payout_id)


@transaction_required
def _keep(entries: Sequence[LedgerEntry], payout_id: str | None) -> None:
    named = {entry.intent_id for entry in entries} - {""}
    payments = dict(Payment.objects.filter(intent_id__in=named).values_list("intent_id", "pk"))
    rows = [
        BalanceEntry(
            id=entry.id,
            kind=entry.kind,
            source_id=entry.source_id,
            payment_id=payments.get(entry.intent_id),
            payout_id=payout_id,
            currency=entry.currency,
            amount_cents=entry.amount_cents,
            fee_cents=entry.fee_cents,
            net_cents=entry.net_cents,
            booked_at=entry.booked_at,
            available_at=entry.available_at,
        )
        for entry in entries
    ]
    BalanceEntry.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["payment", "payout"] if payout_id else ["payment"],
    )


@durable
def reconcile_payouts(*, since: datetime, until: datetime, now: datetime) -> Compared:
    """Follow the payouts made in a while and those on their way; match what they collected.

    Raises:
        StripeSilent: Stripe did not answer.
    """
    shown = {payout.id: payout for payout in demand(ledger.list_payouts(since=since, until=until))}
    booked = BalanceEntry.objects.filter(booked_at__gte=since, kind__in=_OF_PAYOUTS)
    moved = {*booked.values_list("source_id", flat=True), *list_payouts_to_follow()}
    for payout_id in sorted(moved - shown.keys()):
        shown[payout_id] = demand(ledger.retrieve_payout(payout_id))
    found = [each for payout in shown.values() for each in _reconcile(payout, now)]
    with transaction():
        note_differences(found, examined=shown.keys(), now=now)
    return Compared(found=tuple(found))


def _reconcile(payout: StripePayout, now: datetime) -> list[Found]:
    row = _note(payout)
    if row.status == PayoutStatus.FAILED:
        detail = f"The bank sent {format_cents(payout.amount_cents)} back to Stripe."
        return [_differs(payout, 0, detail)]
    if row.matched_at or not payout.is_automatic:
        return []
    collected = [
        entry
        for entry in demand(ledger.list_entries_of(payout.id))
        if entry.kind not in _OF_PAYOUTS
    ]
    record_entries(collected, payout_id=payout.id)
    net_cents = sum(entry.net_cents for entry in collected)
    if net_cents == payout.amount_cents:
        _match(row, now)
        return []
    if row.status != PayoutStatus.PAID:
        return []  # it may still collect
    detail = f"It holds {format_cents(net_cents)}, {format_cents(payout.amount_cents)} was paid."
    return [_differs(payout, net_cents, detail)]


def _differs(payout: StripePayout, ours_cents: int, detail: str) -> Found:
    kind = DifferenceKind.PAYOUT_DIFFERS
    return Found(kind, payout.id, ours_cents, payout.amount_cents, detail)


@transaction
def _note(payout: StripePayout) -> Payout:
    row, _ = Payout.objects.update_or_create(
        pk=payout.id,
        defaults={
            "amount_cents": payout.amount_cents,
            "currency": payout.currency,
            "status": PayoutStatus(payout.status.upper()).value,
            "is_automatic": payout.is_automatic,
            "created_at": payout.created_at,
            "arrival_date": payout.arrival_date,
        },
    )
    return row


@transaction
def _match(row: Payout, now: datetime) -> None:
    row.matched_at = now
    row.save(update_fields=["matched_at"])
