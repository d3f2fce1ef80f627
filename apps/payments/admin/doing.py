"""What can be done to a payment: take the money, let it go, send it back, ask Stripe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.urls import reverse
from django.utils import timezone
from unfold.decorators import action

from apps.core.admin.base import actor_of, get_row
from apps.core.money import format_cents
from apps.payments.admin.asking import confirm
from apps.payments.admin.columns import MoneyBook
from apps.payments.forms import AskForm, CaptureForm, RefundForm
from apps.payments.missing import find_missing_cents
from apps.payments.models import Payment
from apps.payments.owing import find_owed
from apps.payments.services.by_hand import (
    Wish,
    ask_stripe,
    cancel_by_hand,
    capture_by_hand,
    refund_again_by_hand,
    refund_by_hand,
)
from apps.payments.types import PaymentStatus, RefundStatus
from apps.payments.wording import say_card, say_standing

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from apps.payments.admin.asking import Said
    from apps.payments.models import Refund

_HELD = (PaymentStatus.AUTHORIZED.value,)
_TAKEN = (PaymentStatus.CAPTURED.value, PaymentStatus.PARTIALLY_REFUNDED.value)
_OFFERED = {  # which button is of use where
    "capture": _HELD,
    "let_go": (*_HELD, PaymentStatus.PROCESSING.value),
    "refund": _TAKEN,
    "refund_again": _TAKEN,
    "ask": tuple(status.value for status in PaymentStatus),
}
_AFTER_REFUND: dict[str, Said] = {
    RefundStatus.SUCCEEDED.value: (messages.SUCCESS, "{amount} went back to the card."),
    RefundStatus.PENDING.value: (messages.INFO, "{amount} is on its way back to the card."),
    RefundStatus.UNKNOWN.value: (
        messages.WARNING,
        (
            "Stripe did not answer: whether {amount} went back is not known yet. Stripe is asked"
            " again until it answers. Do not refund it a second time."
        ),
    ),
    RefundStatus.FAILED.value: (messages.ERROR, "Stripe refused: nothing went back."),
}


class PaymentActions(MoneyBook):
    """The buttons above a payment. Each asks first; who pressed it is in the audit."""

    actions_detail = ("capture", "let_go", "refund", "refund_again", "ask")

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        payment = self.get_object(request, str(object_id))
        offered = super().get_actions_detail(request, object_id)
        if not isinstance(payment, Payment):
            return offered
        fits = [each for each in offered if payment.status in _OFFERED[str(each.path)]]
        is_sold = payment.tendered_at and not payment.released_at
        idle = {"let_go"} if is_sold else set()
        if find_owed(payment_id=payment.pk) is None:
            idle.add("refund_again")
        return [each for each in fits if each.path not in idle]

    def has_settle_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Unfold asks this for everything that moves a payment's money or books."""
        return request.user.has_perm("payments.change_payment")

    def has_refund_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Unfold asks this for sending money back."""
        return request.user.has_perm("payments.add_refund")

    @action(description="Capture", icon="download_done", permissions=["settle"], url_path="capture")
    def capture(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Take what is held on the card."""
        payment = get_row(self, request, object_id)
        due = payment.tendered_cents or payment.authorized_cents
        form = CaptureForm(request.POST or None, initial={"amount": format_cents(due)})
        if payment.tendered_cents:
            form.fields["amount"].disabled = True
            hint = "Its order takes just this."
        else:
            hint = "You may take less. The rest is let go at once, and cannot be taken later."
        held = format_cents(payment.authorized_cents)
        question = {
            "title": "Take the money?",
            "text": f"{held} is held on {say_card(payment)}.",
            "hint": hint,
            "confirm": "Take it",
        }

        def do(given: dict[str, Any]) -> Said:
            wish = Wish(given["token"], actor_of(request), payment)
            after = capture_by_hand(wish, amount_cents=given["amount"], now=timezone.now())
            return _said(after)

        return confirm(self, request, form, question | _back_to(payment), do)

    @action(description="Let go", icon="lock_open", permissions=["settle"], url_path="let_go")
    def let_go(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Give the held amount back to the card without taking it."""
        payment = get_row(self, request, object_id)
        held = f"{format_cents(payment.authorized_cents)} is held on {say_card(payment)}."
        if payment.status == PaymentStatus.PROCESSING:
            held = "A reader is taking the card, and is told to stop."
        question = {
            "title": "Let it go?",
            "text": f"{held} Nothing will be taken from it.",
            "hint": "This cannot be undone: to take the money after all, take the card anew.",
            "confirm": "Let it go",
        }

        def do(given: dict[str, Any]) -> Said:
            wish = Wish(given["token"], actor_of(request), payment)
            return _said(cancel_by_hand(wish, now=timezone.now()))

        form = AskForm(request.POST or None)
        return confirm(self, request, form, question | _back_to(payment), do)

    @action(description="Refund", icon="undo", permissions=["refund"], url_path="refund")
    def refund(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Send money back to the card."""
        payment = get_row(self, request, object_id)
        left = format_cents(payment.captured_cents - payment.refunded_cents)
        taken = format_cents(payment.captured_cents)
        question = {
            "title": "Send money back?",
            "text": f"Of {taken} taken from {say_card(payment)}, {left} may still go back.",
            "hint": (
                "This moves money only. Where goods come back, make a return at a till: it puts"
                " them on the shelf, mends the tax and refunds the card by itself. What is sent"
                " back here counts towards a later return, which may then hand back less."
            ),
            "confirm": "Send it back",
        }

        def do(given: dict[str, Any]) -> Said:
            refund = refund_by_hand(
                Wish(given["token"], actor_of(request), payment),
                amount_cents=given["amount"],
                reason=given["reason"],
                now=timezone.now(),
            )
            return _said_of_refund(refund)

        form = RefundForm(request.POST or None)
        return confirm(self, request, form, question | _back_to(payment), do)

    @action(
        description="Refund again", icon="replay", permissions=["refund"], url_path="refund_again"
    )
    def refund_again(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Send again what was to go back, and what never came to the card."""
        payment = get_row(self, request, object_id)
        owed = find_owed(payment_id=payment.pk)
        due = f"{format_cents(owed.cents)} is" if owed else "Nothing is"
        question = {
            "title": "Refund again?",
            "text": f"A refund failed. {due} owed to {say_card(payment)}.",
            "hint": (
                "If it fails again, the card may be closed: give the money back otherwise, and"
                " close the difference of this payment with a note."
            ),
            "confirm": "Send it back" if owed else "",
        }

        def do(given: dict[str, Any]) -> Said:
            wish = Wish(given["token"], actor_of(request), payment)
            return _said_of_refund(refund_again_by_hand(wish, now=timezone.now()))

        initial = {"token": owed.again_id} if owed else None
        form = AskForm(request.POST or None, initial=initial)
        return confirm(self, request, form, question | _back_to(payment), do)

    @action(description="Ask Stripe now", icon="sync", permissions=["settle"], url_path="ask")
    def ask(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Bring the payment to where Stripe shows it."""
        payment = get_row(self, request, object_id)
        question = {
            "title": "Ask Stripe?",
            "text": "Stripe is asked where this payment stands, and our books follow.",
            "hint": "No money moves.",
            "confirm": "Ask",
        }

        def do(given: dict[str, Any]) -> Said:
            if not ask_stripe(payment_id=payment.pk, now=timezone.now()):
                return (
                    messages.WARNING,
                    "Stripe did not answer, or not to our key. It is asked again.",
                )
            return _said(Payment.objects.get(pk=payment.pk))

        form = AskForm(request.POST or None)
        return confirm(self, request, form, question | _back_to(payment), do)


def _said_of_refund(refund: Refund) -> Said:
    level, sentence = _AFTER_REFUND[refund.status]
    return level, sentence.format(amount=format_cents(refund.amount_cents))


def _said(payment: Payment) -> Said:
    missing = find_missing_cents(payment)
    is_amiss = payment.status == PaymentStatus.UNKNOWN or missing
    return (messages.WARNING if is_amiss else messages.SUCCESS), say_standing(payment, missing)


def _back_to(payment: Payment) -> dict[str, str]:
    return {"back": reverse("admin:payments_payment_change", args=[payment.pk])}
