"""Stripe's books and ours, matched both ways: every five minutes, and whenever somebody asks.

First what Stripe shows is booked where ours is behind; a webhook that was lost is made good here.
What differs then is put on file for a manager (`services.differing`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django_subatomic.db import durable, transaction

from apps.payments import comparing
from apps.payments.gateway import disputes, intents, ledger, refunds
from apps.payments.gateway.calling import demand
from apps.payments.locks import lock_payment
from apps.payments.missing import find_missing_cents
from apps.payments.models import Payment, Reconciliation, Refund
from apps.payments.owing import list_owed_cents
from apps.payments.selectors import (
    find_last_reconciliation,
    list_payments_at_stripe,
    list_payments_left_standing,
    list_payments_moved,
    list_refunds_moved,
)
from apps.payments.services.booking import apply_intent, apply_refund
from apps.payments.services.differing import note_differences
from apps.payments.services.disputing import apply_dispute
from apps.payments.services.paying_out import reconcile_payouts, record_entries
from apps.payments.types import Compared, Found, Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime
    from uuid import UUID

    from apps.payments.types import Intent, LedgerEntry, Outcome, StripeRefund

SLICE = timedelta(days=1)  # what is held in memory at a time
OVERLAP = timedelta(hours=1)  # of what was in motion when it was compared last
AT_FIRST = timedelta(days=1)
LONGEST_PAUSE = timedelta(days=7)
CLOCKS_DIFFER = timedelta(days=366)  # Stripe's may be ahead by seconds; a simulator's by days


@dataclass(frozen=True, slots=True)
class Books:
    """What Stripe made and booked in one slice of time."""

    intents: Mapping[str, Intent]
    refunds: Mapping[str, StripeRefund]
    entries: tuple[LedgerEntry, ...]


@durable
def reconcile_lately(*, now: datetime) -> Reconciliation:
    """Compare what happened since the last comparison, with an overlap.

    Raises:
        StripeSilent: Stripe did not answer. The next run begins where this one began.
        CardsNotTaken: no key of Stripe's is configured.
    """
    last = find_last_reconciliation()
    since = max(last.until - OVERLAP, now - LONGEST_PAUSE) if last else now - AT_FIRST
    return reconcile(since=since, now=now)


@durable
def reconcile(
    *, since: datetime, now: datetime, told: Callable[[float], object] | None = None
) -> Reconciliation:
    """Compare all that happened since an instant, and whatever still waits; `told` hears how far.

    Raises:
        StripeSilent: Stripe did not answer. What was compared by then is on file.
        CardsNotTaken: no key of Stripe's is configured.
    """
    until = now.replace(microsecond=0)
    run = _begin(since, until, now)
    compared = Compared()
    for start, end in _slices(since, until):
        is_last = end == until
        compared += _reconcile_slice(start, end + CLOCKS_DIFFER if is_last else end, now)
        if told:
            told((end - since) / max(until - since, timedelta(microseconds=1)))
    compared += _reconcile_standing(now)
    compared += reconcile_payouts(since=since, until=until + CLOCKS_DIFFER, now=now)
    return _finish(run, compared, now)


def _slices(since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    while since < until:
        end = min(since + SLICE, until)
        yield since, end
        since = end


def _reconcile_slice(since: datetime, until: datetime, now: datetime) -> Compared:
    books = _read_books(since, until)
    record_entries(books.entries)
    _follow_disputes(since, until, now)
    payments = _payments_of(books, since, until)
    shown = _match(payments, books)
    known = {intent.id for intent in shown.values()}
    found = [
        each
        for intent in books.intents.values()
        if intent.id not in known
        for each in comparing.compare_stranger(intent, _named_by(intent, payments))
    ]
    found += _compare_refunds(books, payments, since, until, now)
    examined = {*books.intents, *books.refunds}
    with transaction():
        note_differences(found, examined=examined, now=now)
    compared = _compare_payments(payments, shown, now)
    return compared + Compared(0, len(books.intents), len(books.entries), tuple(found))


def _reconcile_standing(now: datetime) -> Compared:
    """Payments from before that still wait for something, or about which the books differ."""
    standing = list_payments_left_standing(since=now - comparing.CAPTURED_WITHIN)
    return _compare_payments({payment.pk: payment for payment in standing}, {}, now)


def _compare_payments(
    payments: Mapping[UUID, Payment], shown: Mapping[UUID, Intent], now: datetime
) -> Compared:
    """Book what Stripe shows of these payments, compare what is at rest, and note the rest."""
    found: list[Found] = []
    examined = set()
    owing = list_owed_cents()
    for payment in payments.values():
        intent = shown.get(payment.pk) or _retrieve(payment)
        if intent is not None and comparing.is_behind(payment, intent):
            with transaction():
                apply_intent(payment.pk, intent, now=now)
            payment.refresh_from_db()
        elif comparing.is_in_motion(payment, now=now):
            continue
        examined.add(str(payment.pk))
        missing = find_missing_cents(payment)
        found += comparing.compare_payment(payment, intent, missing_cents=missing, now=now)
        if payment.pk in owing:
            found.append(comparing.compare_owed(payment, owing[payment.pk]))
    with transaction():
        note_differences(found, examined=examined, now=now)
    return Compared(payments=len(payments), found=tuple(found))


def _compare_refunds(
    books: Books, payments: Mapping[UUID, Payment], since: datetime, until: datetime, now: datetime
) -> Iterator[Found]:
    """Refunds of either side: Stripe's that we know and do not know, ours that it does not show."""
    own_ids = {shown.refund_id for shown in books.refunds.values() if shown.refund_id}
    ours = {refund.pk: refund for refund in list_refunds_moved(since=since, until=until)}
    asked = Refund.objects.select_related("payment").filter(pk__in=own_ids - ours.keys())
    ours |= {refund.pk: refund for refund in asked}
    by_intent = {payment.intent_id: payment for payment in payments.values()}
    shown_of: dict[UUID, StripeRefund] = {}
    for shown in books.refunds.values():
        if shown.refund_id in ours:
            shown_of[shown.refund_id] = shown
        else:
            yield from comparing.compare_strange_refund(shown, by_intent.get(shown.intent_id))
    for refund in ours.values():
        if refund.changed_at > now - comparing.IN_MOTION:
            continue
        seen = shown_of.get(refund.pk) or _retrieve_refund(refund)
        if seen is not None:
            with transaction():
                lock_payment(refund.payment_id)
                apply_refund(refund, seen, now=now)
        yield from comparing.compare_refund(refund, seen)


def _follow_disputes(since: datetime, until: datetime, now: datetime) -> None:
    """Book the disputes opened in a while: an answer to a bank has a date."""
    shown = demand(disputes.list_disputes(since=since, until=until))
    named = {dispute.intent_id for dispute in shown} - {""}
    payments = list_payments_at_stripe(intent_ids=named, payment_ids=())
    by_intent = {payment.intent_id: payment for payment in payments}
    for dispute in shown:
        with transaction():
            apply_dispute(dispute, by_intent.get(dispute.intent_id), now=now)


def _read_books(since: datetime, until: datetime) -> Books:
    made = demand(ledger.list_intents(since=since, until=until))
    back = demand(ledger.list_refunds_made(since=since, until=until))
    return Books(
        intents={intent.id: intent for intent in made},
        refunds={refund.id: refund for refund in back},
        entries=demand(ledger.list_entries(since=since, until=until)),
    )


def _payments_of(books: Books, since: datetime, until: datetime) -> dict[UUID, Payment]:
    """Every payment of ours that either side has touched in a slice of time."""
    named = {
        *books.intents,
        *(refund.intent_id for refund in books.refunds.values()),
        *(entry.intent_id for entry in books.entries),
    }
    own_ids = {intent.payment_id for intent in books.intents.values() if intent.payment_id}
    touched = list_payments_at_stripe(intent_ids=named - {""}, payment_ids=own_ids)
    moved = list_payments_moved(since=since, until=until).iterator(2_000)
    return {payment.pk: payment for payment in [*touched, *moved]}


def _match(payments: Mapping[UUID, Payment], books: Books) -> dict[UUID, Intent]:
    """The intent of each payment: the one it knows; before it knows any, the one that names it."""
    naming = {intent.payment_id: intent for intent in books.intents.values()}
    shown = {
        pk: books.intents.get(payment.intent_id) if payment.intent_id else naming.get(pk)
        for pk, payment in payments.items()
    }
    return {pk: intent for pk, intent in shown.items() if intent is not None}


def _named_by(intent: Intent, payments: Mapping[UUID, Payment]) -> Payment | None:
    return payments.get(intent.payment_id) if intent.payment_id else None


def _retrieve(payment: Payment) -> Intent | None:
    return (
        _demand_or_none(intents.retrieve_intent(payment.intent_id)) if payment.intent_id else None
    )


def _retrieve_refund(refund: Refund) -> StripeRefund | None:
    if not refund.stripe_id:
        return None
    return _demand_or_none(refunds.retrieve_refund(refund.stripe_id))


def _demand_or_none[T](outcome: Outcome[T]) -> T | None:
    if isinstance(outcome, Refused) and outcome.code == "resource_missing":
        return None
    return demand(outcome)


@transaction
def _begin(since: datetime, until: datetime, now: datetime) -> Reconciliation:
    return Reconciliation.objects.create(since=since, until=max(since, until), started_at=now)


@transaction
def _finish(run: Reconciliation, compared: Compared, now: datetime) -> Reconciliation:
    run.finished_at = now
    run.payments_read, run.intents_read = compared.payments, compared.intents
    run.entries_read = compared.entries
    run.differences_found = len({(each.kind, each.subject) for each in compared.found})
    run.save(
        update_fields=[
            "finished_at",
            "payments_read",
            "intents_read",
            "entries_read",
            "differences_found",
        ]
    )
    return run
