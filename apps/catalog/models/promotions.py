"""Promotions: what a manager wrote, in the state it is in. What was charged is on the orders."""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q

from apps.catalog.models.product import MAX_PRICE_CENTS, Category, Product
from apps.catalog.promotions.types import PromotionKind, PromotionState
from apps.core.choices import choices, is_one_of
from apps.core.clock import MINUTES_PER_DAY

MOST_UNITS = 1_000
PERCENT = (MinValueValidator(Decimal("0.01")), MaxValueValidator(Decimal(100)))
CODE = RegexValidator(r"^[A-Z0-9-]+$", "Capital letters, digits and hyphens only.")


class Promotion(models.Model):
    """One promotion. Its version counts the changes since it was written."""

    code = models.CharField(max_length=20, unique=True, validators=[CODE])
    name = models.CharField(max_length=60, help_text="As customers read it on receipts.")
    kind = models.CharField(max_length=20, choices=choices(PromotionKind))
    percent = models.DecimalField(
        max_digits=5, decimal_places=2, null=True, blank=True, validators=PERCENT
    )
    amount_cents = models.PositiveIntegerField(
        null=True, blank=True, validators=[MaxValueValidator(MAX_PRICE_CENTS)]
    )
    units = models.PositiveSmallIntegerField(
        "bottles", null=True, blank=True, help_text="In a group, or to be bought first."
    )
    get_units = models.PositiveSmallIntegerField(
        "bottles for less", null=True, blank=True, help_text="That come on top, the cheapest ones."
    )
    limit = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="How many groups one sale may have. Empty: any number."
    )
    from_cents = models.PositiveIntegerField(
        "from", null=True, blank=True, validators=[MaxValueValidator(MAX_PRICE_CENTS)]
    )
    stores = models.ManyToManyField("stores.Store", blank=True, related_name="+")
    products = models.ManyToManyField(Product, blank=True, related_name="+")
    categories = models.ManyToManyField(Category, blank=True, related_name="+")
    beverages = models.JSONField(default=list, blank=True)
    excluded = models.ManyToManyField(Product, blank=True, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    weekdays = models.JSONField(default=list, blank=True, help_text="Monday is 0. None: all.")
    from_minute = models.PositiveSmallIntegerField(null=True, blank=True)
    until_minute = models.PositiveSmallIntegerField(null=True, blank=True)
    coupon = models.CharField(max_length=20, blank=True, validators=[CODE])
    for_employees = models.BooleanField(default=False)
    is_exclusive = models.BooleanField(default=False)
    state = models.CharField(
        max_length=10, choices=choices(PromotionState), default=PromotionState.DRAFT.value
    )
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=120)
    published_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            is_one_of("kind", PromotionKind, name="promotion_kind_is_known"),
            is_one_of("state", PromotionState, name="promotion_state_is_known"),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                name="promotion_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(percent__isnull=True)
                | Q(percent__gt=Decimal(0), percent__lte=Decimal(100)),
                name="promotion_takes_at_most_all_off",
            ),
            models.CheckConstraint(
                condition=Q(from_minute__isnull=True, until_minute__isnull=True)
                | Q(
                    from_minute__lt=MINUTES_PER_DAY,
                    until_minute__lte=MINUTES_PER_DAY,
                )
                & ~Q(from_minute=F("until_minute")),
                name="promotion_hours_have_a_length",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"
