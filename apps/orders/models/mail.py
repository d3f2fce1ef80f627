"""Receipts on their way to a customer's mailbox."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from apps.core.choices import choices, is_one_of
from apps.orders.models.order import Order
from apps.orders.types import EmailState

_OPEN = [EmailState.QUEUED.value, EmailState.SENDING.value]
_OVER = [EmailState.SENT.value, EmailState.FAILED.value]


class ReceiptEmail(models.Model):
    """One receipt for one mailbox. The address is forgotten after a while, its mask is not.

    `attempts` only ever grows, and whoever has taken the row knows it by that number: an answer of
    a worker that was given up for dead changes nothing.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="emails")
    address = models.CharField(max_length=254, blank=True)
    masked = models.CharField("to", max_length=254)
    copies = models.PositiveIntegerField(help_text="How often the receipt was printed before.")
    state = models.CharField(max_length=8, choices=choices(EmailState))
    reason = models.CharField(max_length=300, blank=True, help_text="Why it has not arrived.")
    attempts = models.PositiveSmallIntegerField(default=0)
    attempts_allowed = models.PositiveSmallIntegerField()
    asked_by = models.CharField(max_length=150)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField(
        null=True, help_text="The next attempt; of one that is being sent, when it is given up."
    )
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "receipt by e-mail"
        verbose_name_plural = "receipts by e-mail"
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(due_at__isnull=False), name="receipt_emails_due"
            ),
            models.Index(fields=["-asked_at", "-id"], name="receipt_emails_newest_first"),
        ]
        constraints = [
            is_one_of("state", EmailState, name="receipt_email_state_is_known"),
            models.CheckConstraint(
                condition=Q(state__in=_OPEN, due_at__isnull=False, ended_at__isnull=True)
                | Q(state__in=_OVER, due_at__isnull=True, ended_at__isnull=False),
                name="receipt_email_is_due_or_has_ended",
            ),
            models.CheckConstraint(
                condition=~Q(address="", state__in=_OPEN),
                name="receipt_email_to_be_sent_has_an_address",
            ),
            models.CheckConstraint(
                condition=Q(attempts__lte=models.F("attempts_allowed")),
                name="receipt_email_attempts_are_allowed",
            ),
        ]

    def __str__(self) -> str:
        return f"receipt to {self.masked}, {str(self.id)[:8]}"
