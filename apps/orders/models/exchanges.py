"""Goods swapped for others: what came back and what went out, as one document."""

from __future__ import annotations

from django.db import models

from apps.core.written_once import AppendOnly, WrittenOnce
from apps.orders.models.order import Order
from apps.orders.models.returns import Return


class Exchange(WrittenOnce):
    """A return and the sale that was made of it, in one transaction. It has the return's id."""

    given = models.OneToOneField(
        Return, primary_key=True, on_delete=models.PROTECT, related_name="exchange"
    )
    order = models.OneToOneField(
        Order,
        on_delete=models.PROTECT,
        related_name="exchange",
        help_text="The sale by which the other goods went out.",
    )
    difference_cents = models.BigIntegerField(
        help_text="What the customer paid on top; negative where money went back."
    )
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of what was sent.")
    at = models.DateTimeField()

    objects: models.Manager[Exchange] = AppendOnly.as_manager()

    class Meta:
        indexes = [models.Index(fields=["-at", "-given"], name="exchanges_newest_first")]

    def __str__(self) -> str:
        return f"Exchange {str(self.given_id)[:8]}"
