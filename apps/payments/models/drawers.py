"""Shifts and their drawers: who answers for the cash of a till, from a float to a count."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from apps.core.choices import choices, is_one_of
from apps.core.money import format_cents
from apps.core.written_once import AppendOnly, WrittenOnce
from apps.payments.drawer_types import CashMovementKind, ShiftStatus


class Shift(models.Model):
    """A drawer in a till, from its opening to its count. Of a terminal one at most is open."""

    id = models.UUIDField(primary_key=True, help_text="Made by the terminal.")
    terminal = models.ForeignKey("stores.Terminal", on_delete=models.PROTECT, related_name="+")
    store = models.ForeignKey("stores.Store", on_delete=models.PROTECT, related_name="+")
    business_date = models.DateField(help_text="Of its opening.")
    status = models.CharField(max_length=6, choices=choices(ShiftStatus))
    opening_float_cents = models.BigIntegerField()
    opened_by = models.ForeignKey("stores.Staff", on_delete=models.PROTECT, related_name="+")
    opened_by_name = models.CharField(max_length=80)
    opened_at = models.DateTimeField()
    closed_by = models.ForeignKey(
        "stores.Staff", on_delete=models.PROTECT, related_name="+", null=True
    )
    closed_by_name = models.CharField(max_length=80, blank=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["-opened_at", "-id"], name="shifts_newest_first"),
            models.Index(fields=["business_date", "store"], name="shifts_of_a_business_date"),
            models.Index(fields=["terminal", "opened_at"], name="shifts_of_a_terminal"),
        ]
        constraints = [
            is_one_of("status", ShiftStatus, name="shift_status_is_known"),
            models.UniqueConstraint(
                fields=["terminal"],
                condition=Q(status=ShiftStatus.OPEN.value),
                name="one_open_shift_per_terminal",
            ),
            models.CheckConstraint(
                condition=Q(opening_float_cents__gte=0), name="shift_float_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(
                    status=ShiftStatus.OPEN.value, closed_at__isnull=True, closed_by__isnull=True
                )
                | Q(
                    status=ShiftStatus.CLOSED.value,
                    closed_at__isnull=False,
                    closed_by__isnull=False,
                ),
                name="a_closed_shift_has_its_time",
            ),
        ]

    def __str__(self) -> str:
        return (
            f"Shift of {self.opened_by_name} on {self.business_date:%b %-d, %Y}, {str(self.pk)[:8]}"
        )


class CashMovement(WrittenOnce):
    """Cash put into a drawer or taken out of it other than for a sale, or a drawer just opened."""

    id = models.UUIDField(primary_key=True, help_text="Made by the terminal, or by us.")
    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="movements")
    kind = models.CharField(max_length=8, choices=choices(CashMovementKind))
    amount_cents = models.BigIntegerField(help_text="Of a variance alone it may be negative.")
    reason = models.CharField(max_length=200)
    actor_name = models.CharField(max_length=80)
    at = models.DateTimeField()

    objects: models.Manager[CashMovement] = AppendOnly.as_manager()

    class Meta:
        constraints = [
            is_one_of("kind", CashMovementKind, name="cash_movement_kind_is_known"),
            models.CheckConstraint(
                condition=Q(kind=CashMovementKind.NO_SALE.value, amount_cents=0)
                | (Q(kind=CashMovementKind.VARIANCE.value) & ~Q(amount_cents=0))
                | Q(
                    kind__in=[
                        CashMovementKind.PAY_IN.value,
                        CashMovementKind.PAY_OUT.value,
                        CashMovementKind.DROP.value,
                    ],
                    amount_cents__gt=0,
                ),
                name="cash_movement_amount_fits_its_kind",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="cash_movement_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {format_cents(self.amount_cents)}, {self.pk}"


class DrawerCount(WrittenOnce):
    """A drawer as it was counted. The last count of a shift closes it; earlier ones are evidence.

    What the books expected at that moment is kept beside it and shown to nobody who counts.
    """

    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="counts")
    number = models.PositiveSmallIntegerField(help_text="From 1, per shift.")
    denominations = models.JSONField(help_text="How many of each, by its worth in cents.")
    counted_cents = models.BigIntegerField()
    expected_cents = models.BigIntegerField()
    is_final = models.BooleanField()
    key = models.CharField(max_length=255, help_text="The idempotency key it was sent under.")
    counted_by = models.CharField(max_length=80)
    counted_at = models.DateTimeField()

    objects: models.Manager[DrawerCount] = AppendOnly.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["shift", "number"], name="one_drawer_count_per_shift_and_number"
            ),
            models.UniqueConstraint(
                fields=["shift"], condition=Q(is_final=True), name="one_final_count_per_shift"
            ),
            models.CheckConstraint(
                condition=Q(counted_cents__gte=0), name="drawer_count_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"Count {self.number} of shift {self.shift_id}"
