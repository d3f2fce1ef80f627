"""Editions of prices: written, compared with today's, published, rolled back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Count
from django.utils import timezone
from unfold.decorators import display

from apps.catalog.admin.edition_deeds import DeedsMixin
from apps.catalog.admin.edition_showing import show_edition
from apps.catalog.editions import standing_of
from apps.catalog.forms import EditionForm
from apps.catalog.models import PriceEdition
from apps.catalog.services.editions.writing import (
    change_edition,
    create_edition,
)
from apps.catalog.types import EditionState
from apps.core.admin.base import OfficeAdmin, actor_of

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

SHOWN = 25
OFFERED = {
    EditionState.DRAFT.value: ("fill", "publish", "copy"),
    EditionState.PUBLISHED.value: ("roll-back", "copy"),
    EditionState.ROLLED_BACK.value: ("copy",),
}


@admin.register(PriceEdition)
class PriceEditionAdmin(DeedsMixin, OfficeAdmin):
    """Every edition, the latest first."""

    form = EditionForm
    list_display = (
        "name",
        "code",
        "standing",
        "starts_at",
        "prices_count",
        "created_by",
        "published_by",
    )
    list_filter = ("state",)
    search_fields = ("name", "=code")
    ordering = ("-pk",)
    fields = (("code", "name"), "starts_at")
    actions_detail = ("fill", "publish", "roll_back", "copy")
    change_form_outer_after_template = "catalog/admin/edition.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[PriceEdition]:
        rows: QuerySet[PriceEdition] = super().get_queryset(request)
        return rows.annotate(price_count=Count("prices"))

    @display(
        description="State",
        label={
            "draft": "warning",
            "scheduled": "info",
            "live": "success",
            "rolled back": "danger",
            "withdrawn": "danger",
        },
    )
    def standing(self, edition: PriceEdition) -> str:
        return standing_of(edition, timezone.now())

    @display(description="Prices", ordering="price_count")
    def prices_count(self, edition: Any) -> str:
        return f"{edition.price_count:,}"

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        actor, header, now = actor_of(request), form.to_header(), timezone.now()
        if change:
            change_edition(actor=actor, edition_id=obj.pk, header=header, now=now)
        else:
            obj.pk = create_edition(actor=actor, header=header, now=now).pk

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # An action of the page asks with the address's own key, which is no row.
        is_done = isinstance(obj, PriceEdition) and obj.state != EditionState.DRAFT.value
        return not is_done and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_draft = isinstance(obj, PriceEdition) and obj.state == EditionState.DRAFT.value
        return is_draft and super().has_delete_permission(request, obj)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """A draft goes with its prices and replays, which nobody wants to read one by one."""
        return [str(each) for each in objs], {"price editions": len(objs)}, set(), []

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Only what can be done to it as it stands."""
        row = self.get_object(request, str(object_id))
        offered = super().get_actions_detail(request, object_id)
        if not isinstance(row, PriceEdition):
            return offered
        return [each for each in offered if str(each.path).endswith(OFFERED[row.state])]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        if edition := context.get("original"):
            context |= show_edition(edition, timezone.now())
        return super().render_change_form(request, context, *args, **kwargs)
