"""What Stripe told us by itself: its events, and the disputes they announce."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from apps.core.choices import choices, is_one_of
from apps.payments.types import DisputeStatus, EventState


class StripeEvent(models.Model):
    """One event as it came in by webhook, written down before anything is made of it.

    What it says is never booked: it says where to look. The object is retrieved anew.
    """

    id = models.CharField(primary_key=True, max_length=80, help_text="Stripe's: evt_...")
    type = models.CharField(max_length=80)
    object_id = models.CharField(max_length=80)
    intent_id = models.CharField(max_length=80, blank=True, help_text="The payment it is about.")
    payment = models.ForeignKey(
        "payments.Payment", on_delete=models.PROTECT, related_name="events", null=True
    )
    state = models.CharField(max_length=10, choices=choices(EventState))
    tries = models.PositiveSmallIntegerField(default=0)
    note = models.CharField(max_length=300, blank=True, help_text="What came of it.")
    created_at = models.DateTimeField(help_text="By Stripe's clock.")
    received_at = models.DateTimeField()
    due_at = models.DateTimeField(
        null=True, help_text="When it is worked on, or tried again; empty: there is no need."
    )
    worked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["-received_at", "-id"], name="stripe_events_newest_first"),
            models.Index(
                fields=["due_at"],
                name="stripe_events_due",
                condition=Q(due_at__isnull=False),
            ),
            models.Index(
                fields=["received_at"],
                name="stripe_events_unmatched",
                condition=Q(state=EventState.UNMATCHED.value),
            ),
        ]
        constraints = [
            is_one_of("state", EventState, name="stripe_event_state_is_known"),
            models.CheckConstraint(
                condition=~Q(state=EventState.WAITING.value) | Q(due_at__isnull=False),
                name="stripe_event_waiting_is_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.id}"


class Dispute(models.Model):
    """A customer's bank wants money back. While it does, and once it has it, no refund is made."""

    id = models.CharField(primary_key=True, max_length=80, help_text="Stripe's: dp_...")
    payment = models.ForeignKey(
        "payments.Payment", on_delete=models.PROTECT, related_name="disputes", null=True
    )
    intent_id = models.CharField(max_length=80, blank=True)
    amount_cents = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=24, choices=choices(DisputeStatus))
    reason = models.CharField(max_length=80)
    is_charge_refundable = models.BooleanField()
    evidence_due_at = models.DateTimeField(null=True, help_text="Answer the bank before.")
    opened_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["-opened_at", "-id"], name="disputes_newest_first")]
        constraints = [
            is_one_of("status", DisputeStatus, name="dispute_status_is_known"),
            models.CheckConstraint(
                condition=Q(amount_cents__gt=0), name="dispute_is_about_something"
            ),
        ]

    def __str__(self) -> str:
        return f"Dispute {self.id}"
