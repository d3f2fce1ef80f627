"""Sales tax: what counties take, and what is taxed where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.db.models import OuterRef, Subquery
from django.utils import timezone
from unfold.decorators import display

from apps.core.admin.base import OfficeAdmin, OfficeInline
from apps.core.admin.fields import PERCENT, PercentField
from apps.stores.models import TaxJurisdiction, TaxRate, TaxTreatment

if TYPE_CHECKING:
    from decimal import Decimal

    from django.db.models import QuerySet
    from django.http import HttpRequest


class TaxRateForm(forms.ModelForm):  # type: ignore[type-arg]
    state_rate = PercentField(label="State")
    surtax_rate = PercentField(label="Surtax")


class TaxRateInline(OfficeInline):
    model = TaxRate
    form = TaxRateForm
    fields = ("effective_from", "state_rate", "surtax_rate", "surtax_cap_cents", "source")
    ordering = ("-effective_from",)
    verbose_name_plural = "rates, each from its date until the next one's"


@admin.register(TaxJurisdiction)
class TaxJurisdictionAdmin(OfficeAdmin):
    """Counties with their dated rates."""

    list_display = ("name", "total_today", "surtax_today", "since", "fips")
    search_fields = ("name",)
    ordering = ("name",)
    inlines = (TaxRateInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        today = timezone.localdate()
        rates = TaxRate.objects.filter(jurisdiction=OuterRef("pk"), effective_from__lte=today)
        newest = rates.order_by("-effective_from")
        return (
            super()
            .get_queryset(request)
            .annotate(
                state_now=Subquery(newest.values("state_rate")[:1]),
                surtax_now=Subquery(newest.values("surtax_rate")[:1]),
                since=Subquery(newest.values("effective_from")[:1]),
            )
        )

    @display(description="Total today")
    def total_today(self, county: Any) -> str:
        return "" if county.state_now is None else percent(county.state_now + county.surtax_now)

    @display(description="Of it surtax", ordering="surtax_now")
    def surtax_today(self, county: Any) -> str:
        return "" if county.surtax_now is None else percent(county.surtax_now)

    @display(description="In force since", ordering="since")
    def since(self, county: Any) -> Any:
        return county.since

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(TaxTreatment)
class TaxTreatmentAdmin(OfficeAdmin):
    """Which goods are taxed in which kind of outlet."""

    list_display = ("tax_class", "outlet_kind", "is_taxable", "effective_from", "source")
    list_filter = ("outlet_kind", "is_taxable")
    ordering = ("tax_class", "outlet_kind", "-effective_from")


def percent(rate: Decimal) -> str:
    """A rate as people read it: 0.07 is "7 %"."""
    return f"{(rate * PERCENT).normalize():f} %"
