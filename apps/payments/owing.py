"""What cards were to get back and did not, because their refunds failed for good."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from django.db.models import Exists, F, OuterRef, Prefetch, Q

from apps.payments.models import Difference, Payment, Refund, Tender
from apps.payments.rules import RECONCILER, next_refund_id
from apps.payments.types import DifferenceKind, RefundStatus

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

_FAILED = Refund.objects.filter(status=RefundStatus.FAILED.value)
_BY_A_PERSON = Q(closed_at__isnull=False) & ~Q(closed_by=RECONCILER)


@dataclass(frozen=True, slots=True)
class Owed:
    """What a card was to get back and did not, in cents, and the refund to be made again."""

    cents: int
    failed: Refund

    @property
    def again_id(self) -> UUID:
        """The id of the refund to be made, whoever asks for it."""
        return next_refund_id(self.failed.pk)


class _Step(IntEnum):
    """What happens to the money of a card; of one instant, in this order."""

    HANDED_BACK = 0  # by a void or a return, as the order's tenders say
    SENT = 1
    FAILED = 2
    SEEN_TO = 3  # given back otherwise, as a person noted


@dataclass(slots=True)
class _Account:
    """What a card is to get back, in cents, as one step follows the other.

    `by_books` is what voids and returns handed back, less what was sent; below nothing it is what
    was sent on top of that, by hand. `by_hand` was sent so and came back.
    """

    by_books: int
    by_hand: int = 0

    def follow(self, step: _Step, cents: int) -> None:
        match step:
            case _Step.HANDED_BACK:  # goods that come back take the place of what was promised
                self.by_books += cents
                self.by_hand = max(0, self.by_hand - cents)
            case _Step.SENT:
                self._settle(cents)
                self.by_books -= cents
            case _Step.FAILED:
                self.by_hand += min(cents, max(0, -self.by_books))
                self.by_books += cents
            case _Step.SEEN_TO:
                known = max(0, self.by_books)
                self._settle(cents)
                self.by_books -= min(cents, known)

    def _settle(self, cents: int) -> None:
        """What is more than the books want makes good what was promised by hand."""
        beyond = max(0, cents - max(0, self.by_books))
        self.by_hand = max(0, self.by_hand - beyond)

    @property
    def cents(self) -> int:
        return max(0, self.by_books) + self.by_hand


def list_refunds_owed() -> QuerySet[Payment]:
    """Payments that hold what was to go back, because a refund failed, and nobody has seen to it.

    What is held for a refund, or on its way, is owed no more.
    """
    return Payment.objects.filter(pk__in=list_owed_cents())


def has_failed_refund() -> Exists:
    """Whether a refund of a payment failed."""
    return Exists(_FAILED.filter(payment=OuterRef("pk")))


def seen_to(kind: DifferenceKind) -> Q:
    """Whether a person has closed a difference of this kind about a payment, and none is open."""
    rows = Difference.objects.filter(payment=OuterRef("pk"), kind=kind.value)
    return Q(Exists(rows.filter(_BY_A_PERSON))) & ~Q(Exists(rows.filter(closed_at__isnull=True)))


def list_owed_cents() -> dict[UUID, int]:
    """How much each payment owes its card; only those that owe something."""
    candidates = Payment.objects.filter(pk__in=_FAILED.values("payment_id"))
    return _owed_of(candidates.filter(captured_cents__gt=F("refunded_cents")))


def find_owed(*, payment_id: UUID) -> Owed | None:
    """What a payment owes its card; None where it owes nothing, or somebody has seen to it."""
    payment = Payment.objects.filter(pk=payment_id, captured_cents__gt=F("refunded_cents"))
    cents = _owed_of(payment.filter(has_failed_refund())).get(payment_id)
    return Owed(cents, _last_to_repeat(payment_id)) if cents else None


def _last_to_repeat(payment_id: UUID) -> Refund:
    """The last refund that failed and was not made again; another cannot be asked for anew."""
    refunds = list(Refund.objects.filter(payment=payment_id).order_by("created_at", "pk"))
    known = {refund.pk for refund in refunds}
    failed = [refund for refund in refunds if refund.status == RefundStatus.FAILED]
    open_ones = [refund for refund in failed if next_refund_id(refund.pk) not in known]
    return (open_ones or failed)[-1]


def _owed_of(candidates: QuerySet[Payment]) -> dict[UUID, int]:
    noted = Difference.objects.filter(_BY_A_PERSON, kind=DifferenceKind.MISSING_REFUND.value)
    payments = list(
        candidates.prefetch_related("refunds", Prefetch("differences", noted, to_attr="noted"))
    )
    tenders = _tenders_of(payments)
    owed = {payment.pk: _owed_by(payment, tenders.get(payment.pk, ())) for payment in payments}
    return {payment_id: cents for payment_id, cents in owed.items() if cents > 0}


def _tenders_of(payments: Collection[Payment]) -> dict[UUID | None, list[Tender]]:
    """The tenders of each of these payments; they are found by their orders."""
    tenders: dict[UUID | None, list[Tender]] = {}
    orders = [payment.order_id for payment in payments]
    for row in Tender.objects.filter(order__in=orders, payment_id__isnull=False):
        tenders.setdefault(row.payment_id, []).append(row)
    return tenders


def _owed_by(payment: Payment, tenders: Sequence[Tender]) -> int:
    """What a payment owes its card; never more than it holds."""
    came_in = sum(row.amount_cents for row in tenders if row.amount_cents > 0)
    account = _Account(payment.captured_cents - came_in if payment.tendered_at else 0)
    for _, step, cents in sorted(_steps_of(payment, tenders)):
        account.follow(step, cents)
    return min(account.cents, payment.captured_cents - payment.refunded_cents)


def _steps_of(payment: Payment, tenders: Sequence[Tender]) -> Iterator[tuple[datetime, _Step, int]]:
    """What happened to the money of a payment; nothing of what was refused at once."""
    for tender in tenders:
        if tender.amount_cents < 0:
            yield tender.at, _Step.HANDED_BACK, -tender.amount_cents
    for refund in payment.refunds.all():
        has_failed = refund.status == RefundStatus.FAILED
        if has_failed and refund.changed_at <= refund.created_at:
            continue
        yield refund.created_at, _Step.SENT, refund.amount_cents
        if has_failed:
            yield refund.changed_at, _Step.FAILED, refund.amount_cents
    for row in payment.noted:  # type: ignore[attr-defined]
        if row.subject == str(payment.pk) and row.closed_at:  # not about one refund of it
            yield row.closed_at, _Step.SEEN_TO, row.ours_cents - row.theirs_cents
