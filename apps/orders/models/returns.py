"""Goods taken back of an order, once the sale stands: written once, and never changed."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from apps.orders.models.order import Order, OrderLine
from apps.payments.rounding import MOST_ROUNDED_BACK_CENTS


class Return(models.Model):
    """What one customer brought back of one order at one time, in cents of the store's currency.

    The money is in the tenders, negative, each with the id of this return.
    """

    id = models.UUIDField(primary_key=True, help_text="Made by the terminal, or by us.")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="returns")
    store = models.ForeignKey("stores.Store", on_delete=models.PROTECT, related_name="+")
    terminal = models.ForeignKey("stores.Terminal", on_delete=models.PROTECT, related_name="+")
    cashier = models.ForeignKey("stores.Staff", on_delete=models.PROTECT, related_name="+")
    cashier_name = models.CharField(max_length=80)
    shift = models.ForeignKey(
        "payments.Shift",
        on_delete=models.PROTECT,
        related_name="returns",
        null=True,
        help_text="From whose drawer its cash went back.",
    )
    business_date = models.DateField(help_text="Of the return, not of the sale.")
    reason = models.CharField(max_length=200)
    tax_cents = models.BigIntegerField(help_text="The part of the total that was tax.")
    total_cents = models.BigIntegerField(help_text="With tax.")
    cash_rounding_cents = models.SmallIntegerField(
        default=0, db_default=0, help_text="Handed back beyond the total, for want of pennies."
    )
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of what was sent.")
    returned_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["-returned_at", "-id"], name="returns_newest_first"),
            models.Index(fields=["business_date", "store"], name="returns_of_a_business_date"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(tax_cents__gte=0, tax_cents__lte=F("total_cents")),
                name="return_tax_within_total",
            ),
            models.CheckConstraint(
                condition=Q(
                    cash_rounding_cents__gte=-MOST_ROUNDED_BACK_CENTS,
                    cash_rounding_cents__lte=MOST_ROUNDED_BACK_CENTS,
                ),
                name="return_cash_rounding_within_four_cents",
            ),
        ]

    def __str__(self) -> str:
        return f"Return {str(self.id)[:8]}"


class ReturnLine(models.Model):
    """What came back of one line of an order."""

    of_return = models.ForeignKey(Return, on_delete=models.PROTECT, related_name="lines")
    line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="returned")
    quantity = models.PositiveIntegerField()
    stock_units = models.BigIntegerField(
        help_text="Base units put back on the shelf; 0 for what was not."
    )
    is_restocked = models.BooleanField()
    tax_cents = models.BigIntegerField()
    total_cents = models.BigIntegerField(help_text="With tax.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["of_return", "line"], name="one_return_line_per_line"),
            models.CheckConstraint(
                condition=Q(quantity__gte=1), name="return_line_takes_something_back"
            ),
            models.CheckConstraint(
                condition=Q(tax_cents__gte=0, tax_cents__lte=F("total_cents")),
                name="return_line_tax_within_total",
            ),
            models.CheckConstraint(
                condition=Q(is_restocked=True, stock_units__gte=0)
                | Q(is_restocked=False, stock_units=0),
                name="return_line_puts_back_what_is_restocked",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} of line {self.line_id} taken back"
