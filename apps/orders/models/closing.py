"""What a closed shift came to, and a closed day: numbered without gaps, kept as they were."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from apps.core.written_once import AppendOnly, WrittenOnce
from apps.orders.models.order import Order


class ZReport(models.Model):
    """The Z of a shift: its figures and its print, as they were when the drawer was counted.

    Only `printed_count` ever changes. What arrives later is an amendment of its own.
    """

    shift = models.OneToOneField("payments.Shift", on_delete=models.PROTECT, related_name="z")
    terminal = models.ForeignKey("stores.Terminal", on_delete=models.PROTECT, related_name="+")
    store = models.ForeignKey("stores.Store", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField(help_text="Without gaps per terminal.")
    business_date = models.DateField(help_text="Of the shift.")
    cashier_name = models.CharField(max_length=80, help_text="Who opened the shift.")
    expected_cents = models.BigIntegerField()
    counted_cents = models.BigIntegerField()
    variance_cents = models.BigIntegerField(help_text="Counted less expected.")
    snapshot = models.JSONField()
    text = models.TextField(help_text="As printed.")
    printed_count = models.PositiveIntegerField(default=0)
    closed_at = models.DateTimeField()

    class Meta:
        verbose_name = "Z report"
        indexes = [
            models.Index(fields=["-closed_at", "-id"], name="z_reports_newest_first"),
            models.Index(fields=["business_date", "store"], name="z_reports_of_a_date"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["terminal", "number"], name="one_z_report_per_terminal_and_number"
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="z_report_numbers_from_one"),
            models.CheckConstraint(
                condition=Q(variance_cents=F("counted_cents") - F("expected_cents")),
                name="z_report_variance_is_the_difference",
            ),
        ]

    def __str__(self) -> str:
        return f"Z {self.number} of till {self.terminal_id}"


class ZAmendment(WrittenOnce):
    """A sale that arrived when its shift was closed: what it adds to the shift's Z, in figures."""

    z = models.ForeignKey(ZReport, on_delete=models.PROTECT, related_name="amendments")
    number = models.PositiveIntegerField(help_text="Without gaps per Z report.")
    order = models.OneToOneField(Order, on_delete=models.PROTECT, related_name="amendment")
    expected_cents = models.BigIntegerField(help_text="What it adds to the expected cash.")
    snapshot = models.JSONField()
    text = models.TextField(help_text="As printed.")
    at = models.DateTimeField()

    objects: models.Manager[ZAmendment] = AppendOnly.as_manager()

    class Meta:
        verbose_name = "Z amendment"
        constraints = [
            models.UniqueConstraint(fields=["z", "number"], name="one_amendment_per_z_and_number"),
            models.CheckConstraint(condition=Q(number__gte=1), name="z_amendment_numbers_from_one"),
        ]

    def __str__(self) -> str:
        return f"Amendment {self.number} of Z {self.z_id}"


class DayClose(WrittenOnce):
    """A store's business day, closed: what it came to, and what was missing when it was."""

    store = models.ForeignKey("stores.Store", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField(help_text="Without gaps per store.")
    business_date = models.DateField()
    snapshot = models.JSONField()
    reason = models.CharField(max_length=200, blank=True, help_text="Why, though it lacked things.")
    closed_by = models.CharField(max_length=150)
    closed_at = models.DateTimeField()

    objects: models.Manager[DayClose] = AppendOnly.as_manager()

    class Meta:
        verbose_name = "day close"
        constraints = [
            models.UniqueConstraint(
                fields=["store", "business_date"], name="one_day_close_per_store_and_date"
            ),
            models.UniqueConstraint(
                fields=["store", "number"], name="one_day_close_per_store_and_number"
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="day_close_numbers_from_one"),
        ]

    def __str__(self) -> str:
        return f"Day close {self.number} of {self.store.name}, {self.business_date}"
