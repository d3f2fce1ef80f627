"""Sales tax: rates per county and treatment per kind of goods, both dated, never overwritten."""

from __future__ import annotations

from django.db import models

from apps.core.choices import choices, is_one_of
from apps.stores.types import OutletKind, TaxClass

DEFAULT_SURTAX_CAP_CENTS = 500_000  # first $5,000 of an item; s. 212.054(2)(b), F.S.


class TaxJurisdiction(models.Model):
    """A county that levies its own surtax on top of the state's tax."""

    name = models.CharField(max_length=60, unique=True)
    fips = models.CharField("FIPS code", max_length=5, unique=True)

    class Meta:
        verbose_name = "tax county"
        verbose_name_plural = "tax counties"

    def __str__(self) -> str:
        return self.name


class TaxRate(models.Model):
    """What a county and the state take from a date on, until the next row's date."""

    jurisdiction = models.ForeignKey(
        TaxJurisdiction, on_delete=models.PROTECT, related_name="rates", verbose_name="county"
    )
    effective_from = models.DateField()
    state_rate = models.DecimalField(
        max_digits=6, decimal_places=5, help_text="As a fraction: 0.06 is 6 %."
    )
    surtax_rate = models.DecimalField(
        max_digits=6, decimal_places=5, help_text="As a fraction: 0.015 is 1.5 %."
    )
    surtax_cap_cents = models.PositiveIntegerField(
        default=DEFAULT_SURTAX_CAP_CENTS,
        help_text="The surtax is taken from this much of each item, in cents.",
    )
    source = models.CharField(max_length=250, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["jurisdiction", "effective_from"], name="one_tax_rate_per_county_and_date"
            ),
            models.CheckConstraint(
                condition=models.Q(state_rate__gte=0, state_rate__lt=1)
                & models.Q(surtax_rate__gte=0, surtax_rate__lt=1),
                name="tax_rates_are_fractions",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.jurisdiction_id} from {self.effective_from}"


class TaxTreatment(models.Model):
    """Whether a kind of outlet charges tax on a class of goods, from a date on."""

    tax_class = models.CharField(max_length=20, choices=choices(TaxClass))
    outlet_kind = models.CharField(max_length=20, choices=choices(OutletKind))
    effective_from = models.DateField()
    is_taxable = models.BooleanField()
    source = models.CharField(max_length=250, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tax_class", "outlet_kind", "effective_from"],
                name="one_tax_treatment_per_class_outlet_and_date",
            ),
            is_one_of("tax_class", TaxClass, name="tax_treatment_class_is_known"),
            is_one_of("outlet_kind", OutletKind, name="tax_treatment_outlet_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.tax_class} in a {self.outlet_kind} from {self.effective_from}"
