"""Prices: what is scheduled, what is in force, and which store sells by which book."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.utils import timezone
from django_subatomic.db import transaction
from unfold.decorators import action, display

from apps.catalog.admin.telling import TellingPage
from apps.catalog.forms import PriceForm
from apps.catalog.models import Price, PriceBook, StorePriceBook
from apps.catalog.services.pricing import schedule_price, withdraw_price
from apps.catalog.types import PricePoint
from apps.core.admin.base import OfficeAdmin, OfficeInline, ReadOnlyAdmin, actor_of
from apps.core.admin.fields import dollars
from apps.core.errors import DomainError

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet
    from django.http import HttpRequest


class StateFilter(admin.SimpleListFilter):
    """Scheduled or begun."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("scheduled", "Scheduled"), ("begun", "Begun")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        now = timezone.now()
        match self.value():
            case "scheduled":
                return queryset.filter(starts_at__gt=now)
            case "begun":
                return queryset.filter(starts_at__lte=now)
        return queryset


@admin.register(Price)
class PriceAdmin(TellingPage, ReadOnlyAdmin):
    """Every price change, the latest start first; what has not begun can be taken off."""

    form = PriceForm
    keyset = ("starts_at", "pk")
    list_display = (
        "product",
        "book",
        dollars("price_cents", "Price"),
        "starts_at",
        "state",
        "created_by",
    )
    list_select_related = ("product", "book")
    list_filter = (StateFilter, "book")
    search_fields = ("product__name", "=product__sku")
    autocomplete_fields = ("product",)
    actions = ("withdraw",)

    @display(description="State", label={"scheduled": "info", "begun": "success"})
    def state(self, price: Price) -> str:
        return "scheduled" if price.starts_at > timezone.now() else "begun"

    @action(description="Take off the schedule", permissions=["add"])
    def withdraw(self, request: HttpRequest, queryset: QuerySet[Price]) -> None:
        """Withdraw the chosen prices that have not begun."""
        withdrawn = 0
        for price in queryset:
            try:
                with transaction():
                    withdraw_price(actor=actor_of(request), price_id=price.pk, now=timezone.now())
                withdrawn += 1
            except DomainError as refusal:
                messages.error(request, f"{price.product}: {refusal.detail}")
        if withdrawn:
            messages.success(request, f"Taken off the schedule: {withdrawn}.")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("catalog.add_price")

    def save_model(self, request: HttpRequest, obj: Price, form: Any, change: Any) -> None:
        save_price(request, obj)


def save_price(request: HttpRequest, price: Price) -> None:
    """Schedule the price of a form; without a start it begins now."""
    now = timezone.now()
    saved = schedule_price(
        actor=actor_of(request),
        book_id=price.book_id,
        product_id=price.product_id,
        point=PricePoint(begins_at(price) or now, price.price_cents),
        now=now,
    )
    price.pk, price.starts_at, price.created_at = saved.pk, saved.starts_at, saved.created_at


def save_prices(request: HttpRequest, formset: Any) -> None:
    """Schedule and withdraw what was typed on the page of a product."""
    for price in formset.save(commit=False):
        save_price(request, price)
    for price in formset.deleted_objects:
        withdraw_price(actor=actor_of(request), price_id=price.pk, now=timezone.now())


def begins_at(price: Price) -> datetime | None:
    """The start that was typed, if one was."""
    return price.starts_at


class StorePriceBookInline(OfficeInline):
    model = StorePriceBook
    verbose_name_plural = "stores that sell by this book"


@admin.register(PriceBook)
class PriceBookAdmin(OfficeAdmin):
    """Lists of prices, and the stores that sell by them."""

    list_display = ("name", "code", "sold_by")
    search_fields = ("name", "code")
    inlines = (StorePriceBookInline,)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("store_links__store")

    @display(description="Sold by")
    def sold_by(self, book: PriceBook) -> str:
        return ", ".join(str(link.store) for link in book.store_links.all())


@admin.register(StorePriceBook)
class StorePriceBookAdmin(OfficeAdmin):
    """Which store sells by which book."""

    list_display = ("store", "book")
    list_select_related = ("store", "book")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False  # reached through the price books
