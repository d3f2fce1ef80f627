"""What the page of a payment shows: its money as a picture, its papers, its timeline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Sum
from django.utils import timezone

from apps.core.money import format_cents
from apps.payments.missing import find_missing_cents
from apps.payments.models import Tender
from apps.payments.owing import find_owed
from apps.payments.rules import RECONCILER
from apps.payments.timeline import compose_timeline, read_history
from apps.payments.types import DifferenceKind, DisputeStatus, PaymentStatus
from apps.payments.wording import DIFFERENCES, say_card, say_decline, say_standing

if TYPE_CHECKING:
    from datetime import datetime

    from apps.payments.models import Difference, Dispute, Payment
    from apps.payments.timeline import History

_OVER = (DisputeStatus.WON, DisputeStatus.WARNING_CLOSED, DisputeStatus.PREVENTED)
_TONES = {
    PaymentStatus.UNKNOWN: "bad",
    PaymentStatus.FAILED: "bad",
    PaymentStatus.PENDING: "warn",
    PaymentStatus.PROCESSING: "warn",
    PaymentStatus.AUTHORIZED: "warn",
    PaymentStatus.CAPTURED: "good",
}


@dataclass(frozen=True, slots=True)
class Part:
    """One stretch of the bar that pictures a payment's money."""

    name: str
    cents: int
    share: int  # percent of the bar
    look: str


def show_payment(payment: Payment, *, now: datetime) -> dict[str, Any]:
    """All that the page of a payment shows."""
    history = read_history(payment)
    status, missing = PaymentStatus(payment.status), find_missing_cents(payment)
    owed = find_owed(payment_id=payment.pk)
    at = timezone.localtime(payment.created_at)
    return {
        "title": f"Card payment {format_cents(payment.amount_cents)}, {at:%b %-d %H:%M}",
        "subtitle": "",  # Django's is the row's name, which says no more
        "payment": payment,
        "standing": say_standing(payment, missing),
        "tone": _tone_of(payment, missing),
        "parts": draw_money(payment),
        "owed": owed,
        "left_cents": payment.captured_cents - payment.refunded_cents,
        "fee_cents": payment.balance_entries.aggregate(fees=Sum("fee_cents"))["fees"],
        "card": say_card(payment),
        "declined": say_decline(payment.decline_code) if payment.decline_code else "",
        "tender": Tender.objects.filter(order=payment.order_id).select_related("order").first(),
        "is_held": status is PaymentStatus.AUTHORIZED,
        "is_expired": bool(payment.capture_before and payment.capture_before <= now),
        "disputes": [dispute for dispute in history.disputes if not _is_over(dispute)],
        "differences": _open_differences(history, is_owed=owed is not None),
        "notes": [row for row in history.differences if _is_seen_to(row)],
        "refunds": history.refunds,
        "timeline": compose_timeline(payment, history),
    }


def _tone_of(payment: Payment, missing: int) -> str:
    """An order without its money is a warning, whatever became of the payment itself."""
    status = PaymentStatus(payment.status)
    if status is not PaymentStatus.UNKNOWN and missing:
        return "warn"
    return _TONES.get(status, "")


def draw_money(payment: Payment) -> list[Part]:
    """The money as stretches of one bar: kept, sent back, held, let go; whatever there is."""
    kept = payment.captured_cents - payment.refunded_cents
    rest = payment.authorized_cents - payment.captured_cents
    is_held = payment.status in {PaymentStatus.AUTHORIZED, PaymentStatus.UNKNOWN}
    parts = [
        ("taken and kept", kept, "kept"),
        ("sent back", payment.refunded_cents, "back"),
        ("held", rest if is_held else 0, "held"),
        ("let go", 0 if is_held else rest, "gone"),
    ]
    whole = max(payment.authorized_cents, 1)
    return [
        Part(name, cents, round(100 * cents / whole), look) for name, cents, look in parts if cents
    ]


def _open_differences(history: History, *, is_owed: bool) -> list[tuple[Any, str, str]]:
    """What is open, but for a refund that was made again: the next comparison closes that."""
    rows = [row for row in history.differences if row.closed_at is None]
    if not is_owed:
        rows = [row for row in rows if not _is_of_payment(row, DifferenceKind.MISSING_REFUND)]
    return [(row, *DIFFERENCES[row.kind]) for row in rows]  # type: ignore[index]


def _is_of_payment(row: Difference, kind: DifferenceKind) -> bool:
    return row.kind == kind and row.subject == str(row.payment_id)


def _is_seen_to(row: Difference) -> bool:
    """Whether a person has closed it, with a note."""
    return row.closed_at is not None and row.closed_by != RECONCILER


def _is_over(dispute: Dispute) -> bool:
    return dispute.status in _OVER
