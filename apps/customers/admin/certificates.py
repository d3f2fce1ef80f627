"""Certificates of exemption: written down when they are shown, watched as they end, revoked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django_subatomic.db import transaction
from unfold.decorators import action, display

from apps.core.admin.base import OfficeAdmin, actor_of, get_row
from apps.core.errors import DomainError
from apps.customers.exemptions import SOON, standing
from apps.customers.forms import CertificateForm, RevokeForm
from apps.customers.models import ExemptionCertificate
from apps.customers.services.certifying import record_certificate, revoke_certificate

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

_LIST = "admin:customers_exemptioncertificate_changelist"


class StandingFilter(admin.SimpleListFilter):
    """What ends soon is asked for anew in time."""

    title = "State"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("soon", "Ends within 30 days"),
            ("force", "In force"),
            ("expired", "Expired"),
            ("revoked", "Revoked"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        today = timezone.localdate()
        good = queryset.filter(revoked_at__isnull=True)
        match self.value():
            case "soon":
                return good.filter(valid_until__gte=today, valid_until__lte=today + SOON)
            case "force":
                return good.filter(valid_from__lte=today, valid_until__gte=today)
            case "expired":
                return good.filter(valid_until__lt=today)
            case "revoked":
                return queryset.filter(revoked_at__isnull=False)
        return queryset


@admin.register(ExemptionCertificate)
class CertificateAdmin(OfficeAdmin):
    """Every certificate, the first to end on top."""

    form = CertificateForm
    list_display = ("holder", "state", "valid_until", "kind", "number", "valid_from", "recorded_by")
    list_filter = (StandingFilter, "kind")
    search_fields = ("number", "holder")
    search_help_text = "The number, or the name of the organization."
    ordering = ("valid_until", "pk")
    autocomplete_fields = ("customer",)
    actions_detail = ("revoke",)
    fieldsets = (
        ("As it is printed", {"fields": (("kind", "number"), "holder")}),
        ("How long it holds", {"fields": (("valid_from", "valid_until"),)}),
        ("How we know", {"fields": ("has_copy", "verification_number", "customer")}),
    )

    @display(
        description="State",
        label={
            "in force": "success",
            "ends soon": "warning",
            "to come": "info",
            "expired": "danger",
            "revoked": "danger",
        },
    )
    def state(self, row: ExemptionCertificate) -> str:
        return standing(row, timezone.localdate())

    @display(description="Revoked")
    def revocation(self, row: ExemptionCertificate) -> str:
        if row.revoked_at is None:
            return "no"
        when = f"{timezone.localtime(row.revoked_at):%b %-d, %Y %H:%M}"
        return f"{when} by {row.revoked_by}: {row.revoke_reason}"

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return super().get_fieldsets(request, obj)
        said = (None, {"fields": (("state", "revocation"), ("recorded_by", "recorded_at"))})
        return [said, *super().get_fieldsets(request, obj)]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return () if obj is None else ("state", "revocation", "recorded_by", "recorded_at")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        new = form.to_certificate()
        obj.pk = record_certificate(actor=actor_of(request), new=new, now=timezone.now()).pk

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: Any) -> None:
        """The service has written everything."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # sales rest on it: revoke it, and write another one down

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_revoke_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Unfold asks this for the button."""
        return request.user.has_perm("customers.change_exemptioncertificate")

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        row = self.get_object(request, str(object_id))
        if isinstance(row, ExemptionCertificate) and row.revoked_at:
            return []
        return super().get_actions_detail(request, object_id)

    @action(description="Revoke", icon="block", permissions=["revoke"], url_path="revoke")
    def revoke(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask why, then let it free no sale any more."""
        row = get_row(self, request, object_id)
        form = RevokeForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            return self._revoke(request, row, form.cleaned_data["reason"])
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Revoke {row.kind} {row.number}?",
            "text": f"No sale to {row.holder} is free of tax by it from now on, and for good.",
            "hint": "Sales that were made before stay as they are.",
            "form": form,
            "confirm": "Revoke",
            "back": reverse("admin:customers_exemptioncertificate_change", args=[row.pk]),
        }
        return TemplateResponse(request, "core/admin/ask.html", context)

    def _revoke(self, request: HttpRequest, row: ExemptionCertificate, reason: str) -> HttpResponse:
        try:
            with transaction():
                revoke_certificate(
                    actor=actor_of(request),
                    certificate_id=row.pk,
                    reason=reason,
                    now=timezone.now(),
                )
            messages.success(request, f"{row.kind} {row.number} is revoked.")
        except DomainError as refusal:
            messages.error(request, refusal.detail)
        return HttpResponseRedirect(reverse(_LIST))
