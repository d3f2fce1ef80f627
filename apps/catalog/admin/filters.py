"""Filters beside the lists of the catalog."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from apps.catalog.models import Barcode, Price
from apps.catalog.promotions.types import PromotionState
from apps.catalog.rules import MAX_SPIRITS_ABV, MAX_SPIRITS_ML
from apps.stores.types import BeverageType

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest


BY_CATEGORY = ("category", AutocompleteSelectFilter)


class AttentionFilter(admin.SimpleListFilter):
    """Products that somebody should look at."""

    title = "needs attention"
    parameter_name = "attention"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("no-price", "No price"),
            ("no-barcode", "No barcode"),
            ("unlawful", "Spirits too large or too strong"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "no-price":
                return queryset.filter(~Exists(Price.objects.filter(product=OuterRef("pk"))))
            case "no-barcode":
                return queryset.filter(~Exists(Barcode.objects.filter(product=OuterRef("pk"))))
            case "unlawful":
                spirits = queryset.filter(beverage_type=BeverageType.SPIRITS)
                large = spirits.filter(volume_ml__gt=MAX_SPIRITS_ML)
                return large | spirits.filter(abv_percent__gt=MAX_SPIRITS_ABV)
        return queryset


LIVE = PromotionState.LIVE.value


class WhenFilter(admin.SimpleListFilter):
    """Live, coming or over."""

    title = "when"
    parameter_name = "when"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("live", "Live"), ("coming", "Coming"), ("over", "Over"), ("draft", "Draft")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        now = timezone.now()
        over = Q(state=PromotionState.WITHDRAWN.value) | Q(state=LIVE, ends_at__lte=now)
        match self.value():
            case "live":
                return queryset.filter(~over, state=LIVE, starts_at__lte=now)
            case "coming":
                return queryset.filter(state=LIVE, starts_at__gt=now)
            case "over":
                return queryset.filter(over)
            case "draft":
                return queryset.filter(state=PromotionState.DRAFT.value)
        return queryset
