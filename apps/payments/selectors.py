"""Reads of tenders and payments."""

from __future__ import annotations

from itertools import batched
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, Sum

from apps.core.sql import Batch
from apps.payments.errors import PaymentNotCapturable, PaymentUnknown, ReaderUnknown
from apps.payments.gateway.calling import takes_cards
from apps.payments.missing import find_missing_cents, list_payments_missing
from apps.payments.models import (
    Attempt,
    Difference,
    Location,
    Payment,
    Payout,
    Reader,
    Reconciliation,
    Refund,
    StripeEvent,
)
from apps.payments.models import Tender as TenderRow
from apps.payments.owing import list_owed_cents
from apps.payments.rules import status_after_refunds
from apps.payments.stored_value_selectors import NO_ACCOUNTS, tender_of, to_tender
from apps.payments.types import (
    CAME_TO_NOTHING,
    OPEN_STATES,
    TAKEN,
    AttemptState,
    Method,
    PaymentStatus,
    PayoutStatus,
    RefundStatus,
    Tender,
    TenderKind,
)
from apps.payments.wording import name_card

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import datetime

    from django.db.models import QuerySet

    from apps.payments.stored_value_types import Account
    from apps.payments.types import Offered, StripeRefund

BATCH = 500  # ids in one statement
_VOIDED_SHORT = Q(released_at__isnull=False, captured_cents__lt=F("tendered_cents"))
_UNTAKEN = _VOIDED_SHORT | Q(pk__in=list_payments_missing().values("pk"))
_READY = (
    "SELECT id, status, authorized_cents, captured_cents FROM payments_payment"
    " WHERE order_id = %s AND status IN (%s, %s) AND tendered_at IS NULL"
)


def get_tenders(
    *, order_id: UUID, offered: Sequence[Offered], accounts: Mapping[str, Account] = NO_ACCOUNTS
) -> tuple[Tender, ...]:
    """The tenders behind what is offered: cash as it is, a card for what was authorised or less.

    `accounts` are the gift cards and store credits that are offered, by their codes.

    Raises:
        PaymentNotCapturable: a card is offered whose payment is not authorised for this order, or
            for less, or which is offered twice.
        StoredValueUnknown: a store credit is offered as a gift card, or the other way round.
    """
    named = [offer.payment_id for offer in offered if offer.kind is TenderKind.CARD]
    ready = _ready_for(order_id) if named else {}
    if len(set(named)) < len(named):
        raise not_capturable(order_id, named[0])
    return tuple(
        tender_of(offer, accounts[offer.code])
        if offer.kind.is_stored_value
        else _tender(order_id, offer, ready)
        for offer in offered
    )


def _tender(order_id: UUID, offer: Offered, ready: Mapping[UUID, tuple[int, int]]) -> Tender:
    if offer.kind is TenderKind.CASH:
        return Tender(offer.kind, offer.amount_cents)
    least, most = ready.get(offer.payment_id, (0, 0)) if offer.payment_id else (0, 0)
    amount_cents = offer.amount_cents or most
    if not (most and least <= amount_cents <= most):
        raise not_capturable(order_id, offer.payment_id)
    return Tender(offer.kind, amount_cents, offer.payment_id)


def _ready_for(order_id: UUID) -> dict[UUID, tuple[int, int]]:
    """The least and the most that each payment made for an order may pay of it.

    Of one that is authorised less may be taken; of one that was captured before, nothing but that.
    """
    batch, authorized = Batch(), PaymentStatus.AUTHORIZED.value
    ready = batch.add(_READY, [order_id, authorized, PaymentStatus.CAPTURED.value])
    batch.run()
    return {
        UUID(str(payment_id)): (0, held) if status == authorized else (taken, taken)
        for payment_id, status, held, taken in ready.rows
    }


def not_capturable(
    order_id: UUID, payment_id: UUID | None, *, is_turning: bool = False
) -> PaymentNotCapturable:
    """The refusal of a card that cannot pay for an order; for now, while something turns it."""
    if is_turning:
        detail = "It is being captured or let go at this moment: look at it again shortly."
    elif not takes_cards():
        detail = "This shop takes cash only: no key of Stripe's is configured. Take cash."
    else:
        detail = "Take the card again: no payment of this id is authorised for that much of it."
    return PaymentNotCapturable(
        detail,
        order_id=str(order_id),
        payment_id=str(payment_id),
    )


def list_tenders(*, order_ids: Collection[UUID]) -> dict[UUID, list[Tender]]:
    """The tenders of each of these orders, in the order they were taken."""
    tenders: dict[UUID, list[Tender]] = {order_id: [] for order_id in order_ids}
    rows = TenderRow.objects.filter(order__in=order_ids).select_related("entry__account")
    for row in rows.order_by("pk"):
        tenders[row.order_id].append(to_tender(row))
    return tenders


def list_tenders_of_sale(*, order_id: UUID) -> list[Tender]:
    """What an order was paid with, and what its void handed back: none of what returns did."""
    rows = TenderRow.objects.filter(order=order_id, return_id__isnull=True)
    return [to_tender(row) for row in rows.select_related("entry__account").order_by("pk")]


def name_cards(*, payment_ids: Collection[UUID]) -> dict[UUID, str]:
    """What the cards of these payments are called on a receipt: "Visa ...4242"."""
    payments = Payment.objects.filter(pk__in=payment_ids) if payment_ids else []
    return {payment.pk: name_card(payment) for payment in payments}


def get_payment(*, store_id: int, payment_id: UUID) -> Payment:
    """A card payment of a store.

    Raises:
        PaymentUnknown: the store has none of this id.
    """
    payment = Payment.objects.filter(pk=payment_id, store=store_id).first()
    if payment is None:
        raise PaymentUnknown("No payment of this store has this id.", id=str(payment_id))
    return payment


def get_reader(*, store_id: int, reader_id: str) -> Reader:
    """A card reader of a store, by Stripe's name of it.

    Raises:
        ReaderUnknown: the store has none of this id, or has it no more.
    """
    reader = list_readers(store_id=store_id).filter(stripe_id=reader_id).first()
    if reader is None:
        raise ReaderUnknown("No card reader of this store has this id.", id=reader_id)
    return reader


def list_readers(*, store_id: int) -> QuerySet[Reader]:
    """The card readers of a store, by what they are called."""
    return Reader.objects.filter(store=store_id, removed_at__isnull=True).order_by("label", "pk")


def find_location(*, store_id: int) -> Location | None:
    """A store's place at Stripe Terminal, or None."""
    return Location.objects.filter(store=store_id).first()


def list_payments_at_readers() -> QuerySet[Payment]:
    """Payments that are to come from a reader, and about which Stripe is not being asked."""
    is_open = Attempt.objects.filter(payment=OuterRef("pk"), state__in=OPEN_STATES)
    waiting = [PaymentStatus.PENDING, PaymentStatus.PROCESSING, PaymentStatus.UNKNOWN]
    return Payment.objects.filter(
        ~Exists(is_open),
        status__in=[status.value for status in waiting],
        method=Method.CARD_PRESENT.value,
    ).order_by("created_at", "pk")


def get_refund(*, refund_id: UUID) -> Refund:
    """A refund that exists, with its payment."""
    return Refund.objects.select_related("payment").get(pk=refund_id)


def find_payment_of(*, intent_id: str, named: UUID | None = None) -> Payment | None:
    """The payment of an intent: by the intent's id or, where that was never heard, by its own.

    `named` is what the intent's metadata says; a payment that has another intent is not meant.
    """
    payments = Payment.objects.select_related("reader")
    known = payments.filter(intent_id=intent_id).first() if intent_id else None
    if known is not None or named is None:
        return known
    return payments.filter(pk=named, intent_id__isnull=True).first()


def find_refund_of(seen: StripeRefund) -> Refund | None:
    """Our refund behind one of Stripe's: of the same payment and amount, whatever metadata says."""
    if seen.refund_id is None:
        return None
    return Refund.objects.filter(
        pk=seen.refund_id, amount_cents=seen.amount_cents, payment__intent_id=seen.intent_id
    ).first()


def list_events_due(*, now: datetime, most: int) -> list[str]:
    """The ids of Stripe's events that are to be worked on now, the longest due first."""
    due = StripeEvent.objects.filter(due_at__lte=now)
    return list(due.order_by("due_at", "pk").values_list("pk", flat=True)[:most])


def list_attempts_to_resolve(*, silent_since: datetime, dead_since: datetime) -> QuerySet[Attempt]:
    """Calls whose outcome is open: unanswered before one instant, or sent before another."""
    unanswered = Q(state=AttemptState.UNANSWERED.value, sent_at__lte=silent_since)
    orphaned = Q(state=AttemptState.SENT.value, sent_at__lte=dead_since)
    open_attempts = Attempt.objects.filter(unanswered | orphaned)
    return open_attempts.select_related("payment", "refund").order_by("sent_at", "pk")


def list_untaken(*, payment_ids: Collection[UUID]) -> frozenset[UUID]:
    """Those of these payments of which Stripe has not confirmed that their order's share is in."""
    untaken = Payment.objects.filter(_UNTAKEN, pk__in=payment_ids)
    return frozenset(untaken.values_list("pk", flat=True))


def count_untaken(orders: QuerySet[Any]) -> int:
    """How many cards of these orders have not paid yet what the order takes of them."""
    named = orders.order_by().values("pk")
    untaken = Payment.objects.filter(_UNTAKEN, order_id__in=named)
    return untaken.count()


def list_untaken_orders(orders: QuerySet[Any]) -> list[UUID]:
    """The same cards, each as the order that it is to pay."""
    untaken = Payment.objects.filter(_UNTAKEN, order_id__in=orders.order_by().values("pk"))
    return list(untaken.values_list("order_id", flat=True))


def list_unknown(*, store_ids: Collection[int]) -> list[tuple[int, datetime]]:
    """Where and when the card payments were begun of which nobody knows the outcome."""
    unknown = Payment.objects.filter(store__in=store_ids, status=PaymentStatus.UNKNOWN.value)
    return list(unknown.values_list("store", "created_at"))


def list_payments_of(*, order_id: UUID) -> QuerySet[Payment]:
    """The card payments that were made for an order, placed or not."""
    return Payment.objects.filter(order_id=order_id).order_by("created_at", "pk")


def list_payments_to_settle(*, forgotten_since: datetime) -> QuerySet[Payment]:
    """Payments of which something is owed: a capture, a cancellation or a refund.

    An authorisation that no order has named since `forgotten_since` is to be cancelled, and so is a
    payment that a reader waits for since then.
    """
    waiting = Q(
        status__in=[PaymentStatus.PENDING.value, PaymentStatus.PROCESSING.value],
        method=Method.CARD_PRESENT.value,
        created_at__lte=forgotten_since,
    )
    forgotten = Q(tendered_at__isnull=True, created_at__lte=forgotten_since)
    authorized = Q(status=PaymentStatus.AUTHORIZED.value) & (
        forgotten | Q(tendered_at__isnull=False)
    )
    taken = Q(status__in=[PaymentStatus.CAPTURED.value, PaymentStatus.PARTIALLY_REFUNDED.value])
    owed = authorized | waiting | (taken & Q(released_at__isnull=False))
    return Payment.objects.filter(owed).order_by("created_at", "pk")


def list_payments_moved(*, since: datetime, until: datetime) -> QuerySet[Payment]:
    """Payments that were made or have changed between two instants."""
    made = Q(created_at__gte=since, created_at__lt=until)
    return Payment.objects.filter(made | Q(changed_at__gte=since, changed_at__lt=until))


def list_payments_at_stripe(
    *, intent_ids: Collection[str], payment_ids: Collection[UUID]
) -> list[Payment]:
    """The payments that these intents are, or say they are."""
    by_intent = [
        payment
        for batch in batched(sorted(intent_ids), BATCH)
        for payment in Payment.objects.filter(intent_id__in=batch)
    ]
    by_id = [
        payment
        for batch in batched(sorted(payment_ids), BATCH)
        for payment in Payment.objects.filter(pk__in=batch)
    ]
    return list({payment.pk: payment for payment in [*by_intent, *by_id]}.values())


def list_payments_left_standing(*, since: datetime) -> QuerySet[Payment]:
    """Payments that wait for something from before an instant, owe some, or differ in the books."""
    waiting = Q(status=PaymentStatus.AUTHORIZED.value, created_at__lt=since)
    differing = Difference.objects.filter(closed_at__isnull=True, payment__isnull=False)
    owing = Q(pk__in=list_owed_cents())
    return Payment.objects.filter(waiting | owing | Q(pk__in=differing.values("payment_id")))


def list_refunds_moved(*, since: datetime, until: datetime) -> QuerySet[Refund]:
    """Refunds that have changed between two instants."""
    moved = Refund.objects.filter(changed_at__gte=since, changed_at__lt=until)
    return moved.select_related("payment")


def list_payouts_to_follow() -> QuerySet[Payout, str]:
    """Ids of payouts that are on their way, or whose content was not found yet."""
    on_their_way = Q(status__in=[PayoutStatus.PENDING.value, PayoutStatus.IN_TRANSIT.value])
    unmatched = Q(matched_at__isnull=True, is_automatic=True, status=PayoutStatus.PAID.value)
    return Payout.objects.filter(on_their_way | unmatched).values_list("pk", flat=True)


def list_open_differences() -> QuerySet[Difference]:
    """Differences that nobody has seen to, the newest first."""
    return Difference.objects.filter(closed_at__isnull=True).order_by("-found_at", "-pk")


def find_last_reconciliation() -> Reconciliation | None:
    """The last comparison that came to its end."""
    return Reconciliation.objects.filter(finished_at__isnull=False).order_by("-until").first()


def list_refunds_to_send(*, order_id: UUID | None = None) -> QuerySet[Refund]:
    """Refunds that are held and for which Stripe was not asked yet, of one order or all."""
    held = Refund.objects.filter(status=RefundStatus.PENDING.value, attempts__isnull=True)
    if order_id is not None:
        held = held.filter(payment__order_id=order_id)
    return held.order_by("created_at", "pk")


def list_amounts_of_refunds(*, refund_ids: Collection[UUID]) -> dict[UUID, int]:
    """The cents of those of these refunds that there are."""
    known = Refund.objects.filter(pk__in=refund_ids)
    return dict(known.values_list("pk", "amount_cents"))


def sum_cash(*, order_id: UUID) -> tuple[int, int]:
    """The cash that was handed over for an order, and what was handed back of it, in cents."""
    cash = TenderRow.objects.filter(order=order_id, kind=TenderKind.CASH.value)
    sums = cash.aggregate(
        taken=Sum("amount_cents", filter=Q(amount_cents__gt=0)),
        handed=Sum("amount_cents", filter=Q(amount_cents__lt=0)),
    )
    return sums["taken"] or 0, -(sums["handed"] or 0)


def list_tenders_of_returns(*, order_id: UUID) -> dict[UUID, list[Tender]]:
    """What each return of an order has handed back: negative tenders by the return's id."""
    returns: dict[UUID, list[Tender]] = {}
    rows = TenderRow.objects.filter(order=order_id, return_id__isnull=False)
    for row in rows.select_related("entry__account").order_by("pk"):
        returns.setdefault(cast("UUID", row.return_id), []).append(to_tender(row))
    return returns


def find_payment_drift() -> Iterator[str]:
    """A sentence per payment that does not agree with its refunds, or with its order."""
    for payment in Payment.objects.prefetch_related("refunds").order_by("pk").iterator(2_000):
        held = sum(r.amount_cents for r in payment.refunds.all() if r.status != "FAILED")
        if held != payment.refunded_cents:
            yield (
                f"Payment {payment.pk} says {payment.refunded_cents} cents went back,"
                f" its refunds come to {held}."
            )
        if fault := _fault_of(payment):
            yield f"Payment {payment.pk} {fault}."


def _fault_of(payment: Payment) -> str:
    """What is wrong with where a payment stands, or with its order's share; empty: nothing."""
    status, taken = PaymentStatus(payment.status), payment.captured_cents
    if status in TAKEN and status is not status_after_refunds(taken, payment.refunded_cents):
        return f"is called {status.lower()}, with {payment.refunded_cents} of {taken} cents back"
    sold = payment.tendered_cents if not payment.released_at else None
    if sold is None or status not in TAKEN | CAME_TO_NOTHING:
        return ""  # no order rests on it, or its money is on the way
    if taken > sold:
        return f"is to pay {sold} cents of an order, {taken} were taken"
    if missing := find_missing_cents(payment):
        return f"is to pay {sold} cents of an order, {taken} were taken: {missing} are missing"
    return ""
