"""Baskets put aside, to be taken up once, at any till of the store."""

from __future__ import annotations

from django.db import models


class ParkedOrder(models.Model):
    """A basket as the till sent it. Nothing of it is priced, taxed or taken from stock yet."""

    id = models.UUIDField(primary_key=True, help_text="Made by the terminal.")
    store = models.ForeignKey("stores.Store", on_delete=models.PROTECT, related_name="+")
    terminal = models.ForeignKey("stores.Terminal", on_delete=models.PROTECT, related_name="+")
    parked_by = models.CharField(max_length=80)
    basket = models.JSONField()
    fingerprint = models.CharField(max_length=64)
    parked_at = models.DateTimeField(db_index=True)
    resumed_at = models.DateTimeField(null=True)
    resumed_by = models.CharField(max_length=80, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["store", "parked_at"],
                condition=models.Q(resumed_at__isnull=True),
                name="parked_orders_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"parked {self.id}"
