"""What was taken for an order and handed back: tenders, card payments, their calls, refunds."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from apps.core.choices import choices, is_one_of
from apps.core.money import format_cents
from apps.payments.rules import LEAST_CENTS
from apps.payments.types import (
    OPEN_STATES,
    AttemptState,
    Method,
    Operation,
    PaymentStatus,
    RefundStatus,
    TenderKind,
)

STORED_VALUE = [kind.value for kind in TenderKind if kind.is_stored_value]


class Tender(models.Model):
    """One tender of an order, in cents. What a void or a return hands back is a negative row.

    For every order: the tenders less the change given are the total, with what cash was rounded by,
    less what was returned, or nothing once voided.
    """

    order = models.ForeignKey("orders.Order", on_delete=models.PROTECT, related_name="tenders")
    kind = models.CharField(max_length=12, choices=choices(TenderKind))
    amount_cents = models.BigIntegerField()
    payment_id = models.UUIDField(null=True, help_text="The card payment, for a card.")
    entry = models.OneToOneField(
        "payments.StoredValueEntry",
        on_delete=models.PROTECT,
        related_name="tender",
        null=True,
        help_text="What moved the gift card or store credit, for one of those.",
    )
    return_id = models.UUIDField(null=True, help_text="The return that handed it back.")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            is_one_of("kind", TenderKind, name="tender_kind_is_known"),
            models.CheckConstraint(
                condition=Q(kind__in=STORED_VALUE, entry__isnull=False)
                | (~Q(kind__in=STORED_VALUE) & Q(entry__isnull=True)),
                name="a_tender_of_stored_value_has_its_entry",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount_cents} for order {self.order_id}"


class Payment(models.Model):
    """A card payment. `order_id` is the till's name for an order that may come to nothing.

    The amounts are what Stripe has confirmed: nothing is authorised, captured or refunded here
    because we asked for it.
    """

    id = models.UUIDField(primary_key=True, help_text="Made by the terminal.")
    store = models.ForeignKey("stores.Store", on_delete=models.PROTECT, related_name="+")
    terminal = models.ForeignKey("stores.Terminal", on_delete=models.PROTECT, related_name="+")
    cashier_name = models.CharField(max_length=80)
    order_id = models.UUIDField(help_text="The order it is for, which may not be placed yet.")
    method = models.CharField(max_length=12, choices=choices(Method))
    payment_method = models.CharField(max_length=80, blank=True)
    reader = models.ForeignKey(
        "payments.Reader", on_delete=models.PROTECT, related_name="+", null=True
    )
    currency = models.CharField(max_length=3)
    amount_cents = models.BigIntegerField(help_text="What was asked for.")
    tip_cents = models.BigIntegerField(default=0, help_text="Added at the reader on top of it.")
    authorized_cents = models.BigIntegerField(default=0)
    captured_cents = models.BigIntegerField(default=0)
    refunded_cents = models.BigIntegerField(
        default=0, help_text="Gone back, or promised to a refund whose outcome is open."
    )
    status = models.CharField(max_length=20, choices=choices(PaymentStatus))
    intent_id = models.CharField(max_length=80, unique=True, null=True)
    decline_code = models.CharField(max_length=80, blank=True)
    card_brand = models.CharField(max_length=20, blank=True)
    card_last4 = models.CharField(max_length=4, blank=True)
    capture_before = models.DateTimeField(null=True)
    tendered_at = models.DateTimeField(null=True, help_text="Its order was placed: take the money.")
    tendered_cents = models.BigIntegerField(null=True, help_text="What its order takes of it.")
    released_at = models.DateTimeField(null=True, help_text="Its order was voided: let it go.")
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="payments_newest_first"),
            models.Index(fields=["order_id"], name="payments_of_an_order"),
            models.Index(fields=["card_last4", "-created_at"], name="payments_of_a_card"),
            models.Index(fields=["changed_at"], name="payments_changed"),
            models.Index(
                fields=["created_at"],
                name="payments_authorized",
                condition=Q(status=PaymentStatus.AUTHORIZED.value),
            ),
            models.Index(
                fields=["created_at"],
                name="payments_unknown",
                condition=Q(status=PaymentStatus.UNKNOWN.value),
            ),
            models.Index(
                fields=["created_at"],
                name="payments_at_readers",
                condition=Q(
                    status__in=[
                        PaymentStatus.PENDING.value,
                        PaymentStatus.PROCESSING.value,
                        PaymentStatus.UNKNOWN.value,
                    ],
                    method=Method.CARD_PRESENT.value,
                ),
            ),
            models.Index(
                fields=["tendered_at"],
                name="payments_sold_not_taken",
                condition=Q(released_at__isnull=True, captured_cents__lt=F("tendered_cents")),
            ),
            models.Index(
                fields=["released_at"],
                name="payments_released",
                condition=Q(released_at__isnull=False),
            ),
        ]
        constraints = [
            is_one_of("status", PaymentStatus, name="payment_status_is_known"),
            is_one_of("method", Method, name="payment_method_is_known"),
            models.CheckConstraint(
                condition=Q(amount_cents__gte=LEAST_CENTS), name="payment_is_worth_charging"
            ),
            models.CheckConstraint(
                condition=Q(
                    authorized_cents__gte=0,
                    authorized_cents__lte=F("amount_cents") + F("tip_cents"),
                ),
                name="payment_authorized_within_amount",
            ),
            models.CheckConstraint(
                condition=Q(captured_cents__gte=0, captured_cents__lte=F("authorized_cents")),
                name="payment_captured_within_authorized",
            ),
            models.CheckConstraint(
                condition=Q(refunded_cents__gte=0, refunded_cents__lte=F("captured_cents")),
                name="payment_refunded_within_captured",
            ),
            models.CheckConstraint(condition=Q(tip_cents__gte=0), name="payment_tip_not_negative"),
            models.CheckConstraint(
                condition=Q(tendered_at__isnull=True, tendered_cents__isnull=True)
                | Q(
                    tendered_at__isnull=False,
                    tendered_cents__isnull=False,
                    tendered_cents__gt=0,
                    tendered_cents__lte=F("authorized_cents"),
                ),
                name="payment_tendered_within_authorized",
            ),
        ]

    def __str__(self) -> str:
        return f"Card payment of {format_cents(self.amount_cents)}, {str(self.id)[:8]}"


class Refund(models.Model):
    """Money on its way back to a card, in cents."""

    id = models.UUIDField(primary_key=True, help_text="Made by the terminal.")
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    amount_cents = models.BigIntegerField()
    reason = models.CharField(max_length=200)
    status = models.CharField(max_length=10, choices=choices(RefundStatus))
    stripe_id = models.CharField(max_length=80, unique=True, null=True)
    actor_name = models.CharField(max_length=80)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(
                fields=["created_at"],
                name="refunds_pending",
                condition=Q(status=RefundStatus.PENDING.value),
            ),
            models.Index(
                fields=["created_at"],
                name="refunds_unknown",
                condition=Q(status=RefundStatus.UNKNOWN.value),
            ),
            models.Index(
                fields=["created_at"],
                name="refunds_failed",
                condition=Q(status=RefundStatus.FAILED.value),
            ),
            models.Index(fields=["-created_at", "-id"], name="refunds_newest_first"),
        ]
        constraints = [
            is_one_of("status", RefundStatus, name="refund_status_is_known"),
            models.CheckConstraint(
                condition=Q(amount_cents__gt=0), name="refund_gives_something_back"
            ),
        ]

    def __str__(self) -> str:
        return f"Refund {self.id}"


class Attempt(models.Model):
    """One call to Stripe, written down before it is made.

    A row that is SENT long after its call can have lasted belongs to a process that died: the
    resolver asks Stripe what became of it.
    """

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="attempts")
    refund = models.ForeignKey(Refund, on_delete=models.PROTECT, related_name="attempts", null=True)
    operation = models.CharField(max_length=10, choices=choices(Operation))
    key = models.CharField(max_length=100, unique=True, help_text="Stripe's idempotency key.")
    parameters = models.JSONField()
    state = models.CharField(max_length=10, choices=choices(AttemptState))
    silence = models.CharField(max_length=10, blank=True)
    answer = models.CharField(max_length=300, blank=True, help_text="In short, without secrets.")
    first_sent_at = models.DateTimeField()
    sent_at = models.DateTimeField(help_text="Lastly.")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["sent_at"], name="attempts_open", condition=Q(state__in=OPEN_STATES)
            )
        ]
        constraints = [
            is_one_of("operation", Operation, name="attempt_operation_is_known"),
            is_one_of("state", AttemptState, name="attempt_state_is_known"),
            models.UniqueConstraint(
                fields=["payment", "operation"],
                condition=Q(state__in=OPEN_STATES, refund__isnull=True),
                name="one_open_attempt_per_payment_and_operation",
            ),
            models.UniqueConstraint(
                fields=["refund"],
                condition=Q(state__in=OPEN_STATES),
                name="one_open_attempt_per_refund",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.operation} of payment {self.payment_id}"
