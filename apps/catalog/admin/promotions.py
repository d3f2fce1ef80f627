"""Promotions: live, coming and over; written, tried on a basket, published and withdrawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django_subatomic.db import transaction
from unfold.decorators import action, display

from apps.catalog.admin.filters import WhenFilter
from apps.catalog.admin.promotion_trials import TrialMixin
from apps.catalog.models import Promotion
from apps.catalog.promotion_forms import PromotionForm, shown_by_kind
from apps.catalog.promotions.types import PromotionState
from apps.catalog.services.promotions import (
    change_promotion,
    create_promotion,
    publish_promotion,
    withdraw_promotion,
)
from apps.core.admin.base import OfficeAdmin, actor_of, get_row
from apps.core.errors import DomainError

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@admin.register(Promotion)
class PromotionAdmin(TrialMixin, OfficeAdmin):
    """Every promotion, the latest start first."""

    form = PromotionForm
    list_display = ("name", "code", "kind", "when", "starts_at", "ends_at", "written_by")
    list_filter = (WhenFilter, "kind", "stores")
    search_fields = ("name", "=code", "=coupon")
    ordering = ("-starts_at", "-pk")
    autocomplete_fields = ("products", "categories", "excluded", "stores")
    actions_detail = ("publish", "withdraw")
    change_form_outer_after_template = "catalog/admin/promotion_beside.html"
    conditional_fields = shown_by_kind()
    fieldsets = (
        (None, {"fields": (("name", "code"), "kind")}),
        (
            "What it gives",
            {
                "fields": (
                    ("percent", "amount_cents"),
                    ("units", "get_units"),
                    ("limit", "from_cents"),
                )
            },
        ),
        (
            "On what (nothing chosen: everything)",
            {"fields": ("products", "categories", "beverages", "excluded")},
        ),
        (
            "Where and when (no store: all of them)",
            {
                "fields": (
                    "stores",
                    ("starts_at", "ends_at"),
                    "weekdays",
                    ("from_minute", "until_minute"),
                )
            },
        ),
        ("For whom", {"fields": ("coupon", ("for_employees", "is_exclusive"))}),
    )

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        now = timezone.now().replace(second=0, microsecond=0)
        return {"starts_at": now, **super().get_changeform_initial_data(request)}

    @display(
        description="When",
        label={"live": "success", "coming": "info", "draft": "warning", "over": "danger"},
    )
    def when(self, promotion: Promotion) -> str:
        now = timezone.now()
        if promotion.state == PromotionState.DRAFT.value:
            return "draft"
        if promotion.state != PromotionState.LIVE.value or (
            promotion.ends_at and promotion.ends_at <= now
        ):
            return "over"
        return "coming" if promotion.starts_at > now else "live"

    @display(description="Written by", ordering="created_by")
    def written_by(self, promotion: Promotion) -> str:
        return promotion.created_by

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        actor, now = actor_of(request), timezone.now()
        if change:
            change_promotion(actor=actor, promotion_id=obj.pk, draft=form.to_draft(), now=now)
        else:
            obj.pk = create_promotion(actor=actor, draft=form.to_draft(), now=now).pk

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: Any) -> None:
        """The services have linked stores and products already."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # An action of the page asks with the address's own key, which is no row.
        is_over = isinstance(obj, Promotion) and obj.state == PromotionState.WITHDRAWN.value
        return not is_over and super().has_change_permission(request, obj)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """What is live is not published again; a draft is not withdrawn, only a live one is."""
        row = self.get_object(request, str(object_id))
        offered = super().get_actions_detail(request, object_id)
        if not isinstance(row, Promotion):
            return offered
        hidden = "publish" if row.state == PromotionState.LIVE.value else "withdraw"
        return [each for each in offered if not str(each.path).endswith(hidden)]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # receipts name it; withdraw it

    @action(description="Publish", icon="publish", permissions=["change"])
    def publish(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask, then let the tills apply it."""
        row = get_row(self, request, object_id)
        text = f"Every till it is for applies {row.name} from now on, or once its period begins."
        return self._ask(request, row, (text, "Publish"), publish_promotion)

    @action(description="Withdraw", icon="block", permissions=["change"])
    def withdraw(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask, then stop it for good."""
        row = get_row(self, request, object_id)
        text = (
            f"No till applies {row.name} any more, from now on and for good. What was sold stays."
        )
        return self._ask(request, row, (text, "Withdraw"), withdraw_promotion)

    def _ask(
        self, request: HttpRequest, row: Promotion, said: tuple[str, str], service: Any
    ) -> HttpResponse:
        text, verb = said
        if request.method == "POST":
            try:
                with transaction():
                    service(actor=actor_of(request), promotion_id=row.pk, now=timezone.now())
                messages.success(request, f"{row.name}: done.")
            except DomainError as refusal:
                messages.error(request, refusal.detail)
            return HttpResponseRedirect(reverse("admin:catalog_promotion_change", args=[row.pk]))
        context = {"text": text, "confirm": verb, "title": f"{verb} {row.name}?"}
        shared = {**self.admin_site.each_context(request), "opts": self.opts, **context}
        return TemplateResponse(request, "core/admin/confirm.html", shared)
