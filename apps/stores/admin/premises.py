"""Stores: where they are, their licences, and when they may sell alcohol."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from unfold.decorators import display

from apps.core.admin.base import OfficeAdmin, OfficeInline
from apps.core.admin.fields import ClockField
from apps.core.clock import MINUTES_PER_DAY
from apps.stores.models import Licence, SellingHours, SellingHoursException, Store
from apps.stores.models.hours import LATEST_CLOSE

if TYPE_CHECKING:
    from django.http import HttpRequest


class HoursForm(forms.ModelForm):  # type: ignore[type-arg]
    """Times typed as people say them; 26:00 is two o'clock the next morning."""

    opens_minute = ClockField(label="From", latest_minute=MINUTES_PER_DAY)
    closes_minute = ClockField(label="Until", latest_minute=LATEST_CLOSE)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        opens, closes = cleaned.get("opens_minute"), cleaned.get("closes_minute")
        if self.errors:
            return cleaned
        if (opens is None) != (closes is None):
            self.add_error("closes_minute", "Type both times, or neither.")
        elif opens is not None and closes <= opens:
            self.add_error("closes_minute", "Closing comes after opening; 26:00 is 2 a.m.")
        return cleaned


class ExceptionForm(HoursForm):
    """As the weekly hours, but a date without times has no sale at all."""

    opens_minute = ClockField(label="From", latest_minute=MINUTES_PER_DAY, required=False)
    closes_minute = ClockField(label="Until", latest_minute=LATEST_CLOSE, required=False)


class LicenceInline(OfficeInline):
    model = Licence


class SellingHoursInline(OfficeInline):
    model = SellingHours
    form = HoursForm
    ordering = ("weekday", "opens_minute")
    verbose_name_plural = "selling hours for alcohol (none: the state's, 07:00 to 24:00)"


class SellingHoursExceptionInline(OfficeInline):
    model = SellingHoursException
    form = ExceptionForm
    ordering = ("-date",)
    verbose_name_plural = "exceptions by date (no times: no sale that day)"


@admin.register(Store)
class StoreAdmin(OfficeAdmin):
    """One page per store."""

    list_display = ("name", "code", "jurisdiction", "kind", "timezone", "active")
    list_select_related = ("jurisdiction",)
    search_fields = ("name", "code")
    autocomplete_fields = ("jurisdiction",)
    inlines = (LicenceInline, SellingHoursInline, SellingHoursExceptionInline)
    fieldsets = (
        (None, {"fields": (("name", "code"), "outlet_kind", "is_active")}),
        ("Receipts", {"fields": ("address", ("phone", "receipt_footer"), "receipt_columns")}),
        (
            "Law and clock",
            {"fields": ("jurisdiction", ("timezone", "day_end_hour"), "currency")},
        ),
        ("Drawers", {"fields": ("recount_over_cents", "rounds_cash")}),
        ("Promotions", {"fields": ("alcohol_floor_percent",)}),
        ("Scanner", {"fields": ("price_in_barcode_digits",)}),
    )

    @display(description="Outlet", ordering="outlet_kind")
    def kind(self, store: Store) -> str:
        return store.get_outlet_kind_display()

    @display(description="Active", boolean=True)
    def active(self, store: Store) -> bool:
        return store.is_active

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("code",) if obj else ()  # it is printed on receipts already

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # books refer to it; make it inactive
