"""The order: written once, in one transaction, and never changed but to be voided or returned."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from apps.core.choices import choices, is_one_of
from apps.orders.types import AgeMethod, OrderStatus
from apps.payments.rounding import MOST_ROUNDED_CENTS


class Order(models.Model):
    """A completed sale, all amounts in cents of the store's currency."""

    id = models.UUIDField(primary_key=True, help_text="Made by the terminal.")
    number = models.CharField(max_length=40, unique=True)
    sequence = models.PositiveIntegerField(help_text="Without gaps per terminal and business date.")
    business_date = models.DateField()
    store = models.ForeignKey("stores.Store", on_delete=models.PROTECT, related_name="+")
    terminal = models.ForeignKey("stores.Terminal", on_delete=models.PROTECT, related_name="+")
    cashier = models.ForeignKey("stores.Staff", on_delete=models.PROTECT, related_name="+")
    cashier_name = models.CharField(max_length=80)
    shift = models.ForeignKey(
        "payments.Shift",
        on_delete=models.PROTECT,
        related_name="orders",
        null=True,
        db_index=False,
        help_text="In whose drawer its cash lies; none at a till that keeps no drawer.",
    )
    status = models.CharField(max_length=10, choices=choices(OrderStatus))
    currency = models.CharField(max_length=3)
    subtotal_cents = models.BigIntegerField()
    discount_cents = models.BigIntegerField()
    state_tax_cents = models.BigIntegerField()
    surtax_cents = models.BigIntegerField()
    tip_cents = models.BigIntegerField()
    gift_cards_cents = models.BigIntegerField(
        default=0, db_default=0, help_text="For gift cards sold with it: owed, and no revenue."
    )
    total_cents = models.BigIntegerField()
    change_cents = models.BigIntegerField()
    cash_rounding_cents = models.SmallIntegerField(
        default=0, db_default=0, help_text="Paid beyond the total in cash, for want of pennies."
    )
    minimum_age = models.PositiveSmallIntegerField(default=0)
    age_method = models.CharField(max_length=8, blank=True, choices=choices(AgeMethod))
    age_rule = models.CharField(max_length=40, blank=True)
    price_book = models.CharField(max_length=20)
    rights = models.JSONField(
        default=dict, db_default={}, help_text="The coupons and the employee price asked for."
    )
    letterhead = models.JSONField(help_text="The store as its receipt showed it that day.")
    warnings = models.JSONField()
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of what was sent.")
    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    certificate = models.ForeignKey(
        "customers.ExemptionCertificate",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        db_index=False,
        help_text="Under which it was sold without tax.",
    )
    exemption = models.JSONField(null=True, help_text="The certificate, and what was said of it.")
    points = models.JSONField(
        null=True, help_text="Loyalty points earned and used, and on which lines."
    )
    taken_at = models.DateTimeField(null=True, help_text="When the terminal says it was sold.")
    placed_at = models.DateTimeField(help_text="When we wrote it down.")
    voided_at = models.DateTimeField(null=True)
    voided_by = models.CharField(max_length=80, blank=True)
    void_reason = models.CharField(max_length=200, blank=True)
    void_shift = models.ForeignKey(
        "payments.Shift",
        on_delete=models.PROTECT,
        related_name="voided_orders",
        null=True,
        db_index=False,
        help_text="From whose drawer a void handed its cash back.",
    )

    class Meta:
        indexes = [
            models.Index(fields=["store", "-placed_at", "-id"], name="orders_of_a_store_newest"),
            models.Index(fields=["-placed_at", "-id"], name="orders_newest_first"),
            models.Index(fields=["business_date", "store"], name="orders_of_a_business_date"),
            models.Index(
                fields=["shift"], condition=Q(shift__isnull=False), name="orders_of_a_shift"
            ),
            models.Index(
                fields=["void_shift"],
                condition=Q(void_shift__isnull=False),
                name="orders_voided_in_a_shift",
            ),
            models.Index(
                fields=["customer", "-placed_at"],
                condition=Q(customer__isnull=False),
                name="orders_of_a_customer",
            ),
            models.Index(
                fields=["certificate"],
                condition=Q(certificate__isnull=False),
                name="orders_without_tax",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["terminal", "business_date", "sequence"],
                name="one_order_per_terminal_date_and_sequence",
            ),
            is_one_of("status", OrderStatus, name="order_status_is_known"),
            models.CheckConstraint(
                condition=Q(
                    total_cents=F("subtotal_cents")
                    - F("discount_cents")
                    + F("state_tax_cents")
                    + F("surtax_cents")
                    + F("tip_cents")
                    + F("gift_cards_cents")
                ),
                name="order_total_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(
                    subtotal_cents__gte=0,
                    discount_cents__gte=0,
                    state_tax_cents__gte=0,
                    surtax_cents__gte=0,
                    tip_cents__gte=0,
                    gift_cards_cents__gte=0,
                    change_cents__gte=0,
                ),
                name="order_amounts_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(status=OrderStatus.VOIDED.value, voided_at__isnull=False)
                | Q(status=OrderStatus.COMPLETED.value, voided_at__isnull=True),
                name="a_void_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(
                    cash_rounding_cents__gte=-MOST_ROUNDED_CENTS,
                    cash_rounding_cents__lte=MOST_ROUNDED_CENTS,
                ),
                name="order_cash_rounding_within_two_cents",
            ),
            models.CheckConstraint(
                condition=Q(certificate__isnull=True, exemption__isnull=True)
                | Q(
                    certificate__isnull=False,
                    exemption__isnull=False,
                    state_tax_cents=0,
                    surtax_cents=0,
                ),
                name="an_exempt_order_bears_no_tax",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def tax_cents(self) -> int:
        """State tax and county surtax together."""
        return self.state_tax_cents + self.surtax_cents


class OrderLine(models.Model):
    """One line of an order, with everything a receipt or a refund will ask of it."""

    id = models.UUIDField(primary_key=True, help_text="Made by the terminal.")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="lines")
    position = models.PositiveSmallIntegerField()
    product = models.ForeignKey("catalog.Product", on_delete=models.PROTECT, related_name="+")
    sku = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    gtin = models.CharField(max_length=14, blank=True)
    quantity = models.PositiveIntegerField()
    pack_size = models.PositiveSmallIntegerField()
    stock_units = models.BigIntegerField(help_text="Base units that left the stock.")
    unit_price_cents = models.BigIntegerField(help_text="Per unit of quantity.")
    discount_cents = models.BigIntegerField()
    is_taxable = models.BooleanField()
    tax_cents = models.BigIntegerField(help_text="Its share of the sale's tax.")
    total_cents = models.BigIntegerField(help_text="With tax.")
    modifiers = models.JSONField()
    discounts = models.JSONField(
        default=list, db_default=[], help_text="What came off, by promotion, and why."
    )
    note = models.CharField(max_length=200, blank=True)
    price_edition = models.CharField(
        max_length=20,
        blank=True,
        default="",
        db_default="",
        help_text="That its price was published with; empty of any other price.",
    )
    returned_quantity = models.PositiveIntegerField(
        default=0, db_default=0, help_text="Of `quantity`, taken back since."
    )
    returned_cents = models.BigIntegerField(
        default=0, db_default=0, help_text="Of `total_cents`, given back since."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["order", "position"], name="one_line_per_order_and_position"
            ),
            models.CheckConstraint(
                condition=Q(
                    total_cents=F("quantity") * F("unit_price_cents")
                    - F("discount_cents")
                    + F("tax_cents")
                ),
                name="order_line_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(quantity__gte=1, pack_size__gte=1, tax_cents__gte=0),
                name="order_line_sells_something",
            ),
            models.CheckConstraint(
                condition=Q(total_cents__gte=0, discount_cents__gte=0),
                name="order_line_not_below_zero",
            ),
            models.CheckConstraint(
                condition=Q(returned_quantity__gte=0, returned_quantity__lte=F("quantity")),
                name="order_line_returned_within_sold",
            ),
            models.CheckConstraint(
                condition=Q(returned_cents__gte=0, returned_cents__lte=F("total_cents")),
                name="order_line_refunded_within_total",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.name}"


class ReceiptCounter(models.Model):
    """The last receipt number of one terminal on one business date. No till waits for another's."""

    terminal = models.ForeignKey("stores.Terminal", on_delete=models.PROTECT, related_name="+")
    business_date = models.DateField()
    last_number = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["terminal", "business_date"],
                name="one_receipt_counter_per_terminal_and_date",
            )
        ]

    def __str__(self) -> str:
        return f"terminal {self.terminal_id}, {self.business_date}: {self.last_number}"
