"""Receipts as they were printed: the first print is kept, every later one is a copy of it."""

from __future__ import annotations

from django.db import models

from apps.core.choices import is_one_of
from apps.orders.models.order import Order
from apps.orders.types import ReceiptFormat


class PrintedReceipt(models.Model):
    """One order's receipt in one format, byte for byte as first printed.

    `printed_count` counts this format alone; what is a copy is told by the sum over all formats.
    A format may be kept before it was ever printed: as what goes along with an e-mail.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="receipts")
    format = models.CharField(max_length=30, choices=[(f.value, f.name) for f in ReceiptFormat])
    body = models.TextField(help_text="As printed; what is bytes and no text, as base64.")
    printed_count = models.PositiveIntegerField(default=0)
    first_printed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["order", "format"], name="one_receipt_per_order_and_format"
            ),
            is_one_of("format", ReceiptFormat, name="receipt_format_is_known"),
        ]

    def __str__(self) -> str:
        return f"receipt of order {self.order_id} as {self.format}"
