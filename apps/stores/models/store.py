"""A shop and the licences of its premises."""

from __future__ import annotations

import zoneinfo

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.db.models import Q

from apps.core.choices import choices, is_one_of
from apps.stores.models.tax import TaxJurisdiction
from apps.stores.types import LicenceKind, OutletKind

LATEST_DAY_END_HOUR = 11
WHOLE_PERCENT = 100


def validate_timezone(name: str) -> None:
    """Refuse a name that is not an IANA time zone."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(f"{name} is not a time zone such as America/New_York.")


class Store(models.Model):
    """One outlet: where it is, what it is, and the clock and county it lives under."""

    code = models.CharField(
        max_length=8,
        unique=True,
        validators=[RegexValidator(r"^[A-Z0-9]+$", "Capital letters and digits only.")],
        help_text="Short; printed in receipt numbers. Cannot change later.",
    )
    name = models.CharField(max_length=80)
    address = models.CharField(max_length=200, help_text="As printed on receipts.")
    phone = models.CharField(max_length=30, blank=True)
    receipt_footer = models.CharField(max_length=200, blank=True)
    jurisdiction = models.ForeignKey(
        TaxJurisdiction, on_delete=models.PROTECT, related_name="stores", verbose_name="county"
    )
    timezone = models.CharField(
        max_length=40, default="America/New_York", validators=[validate_timezone]
    )
    currency = models.CharField(
        max_length=3, default="USD", validators=[RegexValidator(r"^[A-Z]{3}$", "As in ISO 4217.")]
    )
    day_end_hour = models.PositiveSmallIntegerField(
        default=4,
        validators=[MaxValueValidator(LATEST_DAY_END_HOUR)],
        help_text="Sales before this hour of the night belong to the day before.",
    )
    outlet_kind = models.CharField(max_length=20, choices=choices(OutletKind))
    price_in_barcode_digits = models.PositiveSmallIntegerField(
        default=4,
        choices=[(4, "4 digits, with a price check digit"), (5, "5 digits")],
        help_text="How the scale prints prices into barcodes that start with 2.",
    )
    recount_over_cents = models.BigIntegerField(
        null=True,
        blank=True,
        help_text="A drawer that is off by more than this is counted twice; empty for never.",
    )
    alcohol_floor_percent = models.PositiveSmallIntegerField(
        "alcohol floor (%)",
        default=0,
        db_default=0,
        validators=[MaxValueValidator(WHOLE_PERCENT)],
        help_text="No promotion sells alcohol for less than this share of its shelf price.",
    )
    rounds_cash = models.BooleanField(
        "cash without pennies",
        default=False,
        db_default=False,
        help_text="Round what is paid in cash to five cents: 1, 2, 6, 7 down; 3, 4, 8, 9 up.",
    )
    receipt_columns = models.PositiveSmallIntegerField(
        "receipt printers",
        default=42,
        db_default=42,
        choices=[(42, "42 columns"), (48, "48 columns")],
        help_text="How many characters fit on a line; the printer's self-test says it.",
    )
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(receipt_columns__in=[42, 48]),
                name="receipts_have_42_or_48_columns",
            ),
            models.CheckConstraint(
                condition=Q(recount_over_cents__isnull=True) | Q(recount_over_cents__gte=0),
                name="store_recount_limit_not_negative",
            ),
            is_one_of("outlet_kind", OutletKind, name="store_outlet_kind_is_known"),
            models.CheckConstraint(
                condition=Q(price_in_barcode_digits__in=[4, 5]),
                name="scale_prints_four_or_five_price_digits",
            ),
            models.CheckConstraint(
                condition=Q(day_end_hour__lte=LATEST_DAY_END_HOUR),
                name="store_day_ends_before_noon",
            ),
            models.CheckConstraint(
                condition=Q(alcohol_floor_percent__lte=WHOLE_PERCENT),
                name="alcohol_floor_is_a_share_of_the_price",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"


class Licence(models.Model):
    """An alcohol licence of the premises. It belongs to the address, not to the company."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="licences")
    kind = models.CharField(
        max_length=5, choices=[(kind.value, kind.value) for kind in LicenceKind]
    )
    number = models.CharField(max_length=40)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True, help_text="Last day; empty for no end.")

    class Meta:
        constraints = [
            is_one_of("kind", LicenceKind, name="licence_kind_is_known"),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=models.F("valid_from")),
                name="licence_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"
