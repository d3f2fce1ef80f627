"""Tenders: what was taken for an order, and what was handed back."""

from __future__ import annotations

from django.db import models

from apps.core.choices import choices, is_one_of
from apps.payments.types import TenderKind


class Tender(models.Model):
    """One tender of an order, in cents. A void or refund is a row of its own, negative.

    For every order: the tenders less the change given are the total, or nothing once voided.
    """

    order = models.ForeignKey("orders.Order", on_delete=models.PROTECT, related_name="tenders")
    kind = models.CharField(max_length=8, choices=choices(TenderKind))
    amount_cents = models.BigIntegerField()
    payment_id = models.UUIDField(null=True, help_text="The card payment, for a card.")
    at = models.DateTimeField()

    class Meta:
        constraints = [is_one_of("kind", TenderKind, name="tender_kind_is_known")]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount_cents} for order {self.order_id}"
