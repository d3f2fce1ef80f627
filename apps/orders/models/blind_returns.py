"""Goods taken back without a receipt: to store credit, and never to money."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class BlindReturn(models.Model):
    """What somebody brought back of which nobody knows the sale, in cents of the store's currency.

    Written once, and never changed. It went on to a store credit by `entry`.
    """

    id = models.UUIDField(primary_key=True, help_text="Made by the terminal, or by us.")
    store = models.ForeignKey("stores.Store", on_delete=models.PROTECT, related_name="+")
    terminal = models.ForeignKey("stores.Terminal", on_delete=models.PROTECT, related_name="+")
    cashier = models.ForeignKey("stores.Staff", on_delete=models.PROTECT, related_name="+")
    cashier_name = models.CharField(max_length=80)
    approved_by = models.CharField(max_length=80)
    shift = models.ForeignKey(
        "payments.Shift", on_delete=models.PROTECT, related_name="blind_returns", null=True
    )
    business_date = models.DateField()
    reason = models.CharField(max_length=200)
    tax_cents = models.BigIntegerField(help_text="The part of the total that was tax.")
    total_cents = models.BigIntegerField(help_text="With tax.")
    entry = models.OneToOneField(
        "payments.StoredValueEntry", on_delete=models.PROTECT, related_name="blind_return"
    )
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of what was sent.")
    returned_at = models.DateTimeField()

    class Meta:
        verbose_name = "return without receipt"
        verbose_name_plural = "returns without receipt"
        indexes = [
            models.Index(fields=["-returned_at", "-id"], name="blind_returns_newest_first"),
            models.Index(fields=["business_date", "store"], name="blind_returns_of_a_date"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(tax_cents__gte=0, tax_cents__lt=F("total_cents")),
                name="blind_return_tax_within_total",
            ),
            models.CheckConstraint(
                condition=~Q(approved_by=""), name="blind_return_is_approved_by_somebody"
            ),
        ]

    def __str__(self) -> str:
        return f"Return without receipt {str(self.id)[:8]}"


class BlindReturnLine(models.Model):
    """One product of a return without a receipt."""

    of_return = models.ForeignKey(BlindReturn, on_delete=models.PROTECT, related_name="lines")
    product = models.ForeignKey("catalog.Product", on_delete=models.PROTECT, related_name="+")
    sku = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    quantity = models.PositiveIntegerField()
    pack_size = models.PositiveSmallIntegerField()
    stock_units = models.BigIntegerField(
        help_text="Base units put back on the shelf; 0 for what was not."
    )
    is_restocked = models.BooleanField()
    unit_price_cents = models.BigIntegerField(help_text="Per unit of quantity, before tax.")
    is_price_named = models.BooleanField(help_text="Approved, and not the lowest of 30 days.")
    tax_cents = models.BigIntegerField()
    total_cents = models.BigIntegerField(help_text="With tax.")

    class Meta:
        verbose_name = "line of a return without receipt"
        verbose_name_plural = "lines of returns without receipt"
        constraints = [
            models.CheckConstraint(
                condition=Q(total_cents=F("quantity") * F("unit_price_cents") + F("tax_cents")),
                name="blind_return_line_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(
                    quantity__gte=1, pack_size__gte=1, unit_price_cents__gte=0, tax_cents__gte=0
                ),
                name="blind_return_line_takes_something_back",
            ),
            models.CheckConstraint(
                condition=Q(is_restocked=True, stock_units__gte=0)
                | Q(is_restocked=False, stock_units=0),
                name="blind_return_line_puts_back_what_is_restocked",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.name}, taken back without receipt"
