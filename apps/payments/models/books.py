"""Stripe's books beside ours: what it booked and paid out, and where the two differ."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from apps.core.choices import choices, is_one_of
from apps.payments.types import DifferenceKind, PayoutStatus


class Payout(models.Model):
    """What Stripe sent to the bank, in cents; negative where it took money from there."""

    id = models.CharField(primary_key=True, max_length=80, help_text="Stripe's: po_...")
    amount_cents = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=12, choices=choices(PayoutStatus))
    is_automatic = models.BooleanField(
        default=True, help_text="Stripe tells what it collected. It does not of one made by hand."
    )
    created_at = models.DateTimeField()
    arrival_date = models.DateField(help_text="At the bank.")
    matched_at = models.DateTimeField(
        null=True, help_text="What it collected was found, and comes to its amount."
    )

    class Meta:
        indexes = [models.Index(fields=["-created_at", "-id"], name="payouts_newest_first")]
        constraints = [is_one_of("status", PayoutStatus, name="payout_status_is_known")]

    def __str__(self) -> str:
        return f"Payout {self.id}"


class BalanceEntry(models.Model):
    """One line of Stripe's own ledger, in cents: a charge, a refund, a dispute, a fee."""

    id = models.CharField(primary_key=True, max_length=80, help_text="Stripe's: txn_...")
    kind = models.CharField(max_length=40, help_text="Stripe's reporting category.")
    source_id = models.CharField(max_length=80, blank=True)
    payment = models.ForeignKey(
        "payments.Payment", on_delete=models.PROTECT, related_name="balance_entries", null=True
    )
    payout = models.ForeignKey(Payout, on_delete=models.PROTECT, related_name="entries", null=True)
    currency = models.CharField(max_length=3)
    amount_cents = models.BigIntegerField()
    fee_cents = models.BigIntegerField()
    net_cents = models.BigIntegerField()
    booked_at = models.DateTimeField()
    available_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["-booked_at", "-id"], name="balance_newest_first")]
        constraints = [
            models.CheckConstraint(
                condition=Q(net_cents=F("amount_cents") - F("fee_cents")),
                name="balance_entry_adds_up",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class Reconciliation(models.Model):
    """One comparison of Stripe's books with ours. An unfinished one was cut short."""

    since = models.DateTimeField()
    until = models.DateTimeField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    payments_read = models.PositiveIntegerField(default=0, help_text="Ours.")
    intents_read = models.PositiveIntegerField(default=0, help_text="Stripe's.")
    entries_read = models.PositiveIntegerField(default=0)
    differences_found = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["-until"], name="reconciliations_latest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(until__gte=F("since")), name="reconciliation_goes_forward"
            )
        ]

    def __str__(self) -> str:
        return f"{self.since:%Y-%m-%d %H:%M} to {self.until:%Y-%m-%d %H:%M}"


class Difference(models.Model):
    """Where Stripe's books and ours do not agree, until they do or somebody has seen to it."""

    kind = models.CharField(max_length=24, choices=choices(DifferenceKind))
    subject = models.CharField(max_length=80, help_text="The id of what differs.")
    payment = models.ForeignKey(
        "payments.Payment", on_delete=models.PROTECT, related_name="differences", null=True
    )
    ours_cents = models.BigIntegerField()
    theirs_cents = models.BigIntegerField()
    detail = models.CharField(max_length=300)
    found_at = models.DateTimeField()
    seen_at = models.DateTimeField(help_text="When it was last found.")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=80, blank=True)
    note = models.CharField(max_length=300, blank=True, help_text="What was done about it.")

    class Meta:
        indexes = [models.Index(fields=["-found_at", "-id"], name="differences_newest_first")]
        constraints = [
            is_one_of("kind", DifferenceKind, name="difference_kind_is_known"),
            models.UniqueConstraint(
                fields=["kind", "subject"],
                condition=Q(closed_at__isnull=True),
                name="one_open_difference_of_a_kind_per_subject",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.subject}"
