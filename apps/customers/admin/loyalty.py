"""Loyalty: programmes, and the points that customers have in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django_subatomic.db import transaction
from unfold.decorators import action, display

from apps.core.admin.base import OfficeAdmin, ReadOnlyAdmin, actor_of, get_row
from apps.core.errors import DomainError
from apps.core.money import format_cents
from apps.customers.forms import AdjustForm, ProgrammeForm
from apps.customers.models import LoyaltyAccount, LoyaltyEntry, LoyaltyProgramme
from apps.customers.services.pointing import adjust_points

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@admin.register(LoyaltyProgramme)
class ProgrammeAdmin(OfficeAdmin):
    """How points are earned, and what they are worth."""

    form = ProgrammeForm
    list_display = ("name", "earns", "worth", "minimum_points", "active")
    search_fields = ("name",)
    ordering = ("name", "pk")
    autocomplete_fields = ("stores",)
    fieldsets = (
        (None, {"fields": ("name", "stores", "is_active")}),
        (
            "On what",
            {"fields": ("counts_alcohol", "tax_classes")},
        ),
        (
            "What it gives",
            {"fields": ("points_per_dollar", ("hundred_points_cents", "minimum_points"))},
        ),
    )

    @display(description="Earns")
    def earns(self, row: LoyaltyProgramme) -> str:
        goods = "everything" if row.counts_alcohol else "all but alcohol"
        return f"{row.points_per_dollar} a dollar, on {goods}"

    @display(description="100 points are worth")
    def worth(self, row: LoyaltyProgramme) -> str:
        return format_cents(row.hundred_points_cents)

    @display(description="Active", boolean=True)
    def active(self, row: LoyaltyProgramme) -> bool:
        return row.is_active

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # accounts rest on it; make it inactive


@admin.register(LoyaltyAccount)
class AccountAdmin(ReadOnlyAdmin):
    """Customers' points; what happened to them stands on the customer's page."""

    list_display = ("customer", "programme", "balance")
    list_select_related = ("customer", "programme")
    list_filter = ("programme",)
    fields = ("customer", "programme", "balance")
    actions_detail = ("adjust",)

    def has_adjust_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Unfold asks this for the button."""
        return request.user.has_perm("customers.change_loyaltyaccount")

    @action(description="Adjust points", icon="tune", permissions=["adjust"], url_path="adjust")
    def adjust(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask how many and why, then give or take them."""
        account = get_row(self, request, object_id)
        form = AdjustForm(request.POST or None)
        back = reverse("admin:customers_customer_change", args=[account.customer_id])
        if request.method == "POST" and form.is_valid():
            return self._adjust(request, account, form, back)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Adjust points in {account.programme.name}?",
            "text": f"There are {account.balance} points. What is given here can be used at once.",
            "form": form,
            "confirm": "Adjust",
            "back": back,
        }
        return render(request, "core/admin/ask.html", context)

    def _adjust(
        self, request: HttpRequest, account: LoyaltyAccount, form: AdjustForm, back: str
    ) -> HttpResponse:
        said = form.cleaned_data
        try:
            with transaction():
                adjust_points(
                    actor=actor_of(request),
                    account_id=account.pk,
                    points=said["points"],
                    reason=said["reason"],
                    now=timezone.now(),
                )
            messages.success(request, f"{said['points']:+} points.")
        except DomainError as refusal:
            messages.error(request, refusal.detail)
        return redirect(back)


@admin.register(LoyaltyEntry)
class EntryAdmin(ReadOnlyAdmin):
    """The ledger of points; reached through its customer."""

    keyset = ("at", "pk")
    list_display = ("at", "account", "kind", "points", "balance_after", "reason", "actor_name")
    list_select_related = ("account",)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False
