"""The prices of editions, one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin, messages
from django.utils import timezone
from django_subatomic.db import transaction
from unfold.decorators import action

from apps.catalog.models import EditionPrice
from apps.catalog.services.editions.writing import drop_prices
from apps.core.admin.base import ReadOnlyAdmin, actor_of
from apps.core.admin.fields import dollars
from apps.core.errors import DomainError

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest


@admin.register(EditionPrice)
class EditionPriceAdmin(ReadOnlyAdmin):
    """The prices of editions one by one; of a draft, some can be taken out."""

    keyset = ("pk",)
    list_display = ("product", "book", dollars("price_cents", "Price"), "edition")
    list_select_related = ("product", "book", "edition")
    list_filter = ("edition", "book")
    search_fields = ("product__name", "=product__sku")
    actions = ("take_out",)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False  # reached through their edition

    def has_take_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("catalog.change_priceedition")

    @action(description="Take out of the draft", permissions=["take"])
    def take_out(self, request: HttpRequest, queryset: QuerySet[EditionPrice]) -> None:
        """Leave the chosen prices out."""
        chosen: dict[int, list[int]] = {}
        for pk, edition_id in queryset.values_list("pk", "edition"):
            chosen.setdefault(edition_id, []).append(pk)
        for edition_id, price_ids in sorted(chosen.items()):
            try:
                with transaction():
                    dropped = drop_prices(
                        actor=actor_of(request),
                        edition_id=edition_id,
                        price_ids=price_ids,
                        now=timezone.now(),
                    )
                messages.success(request, f"Taken out: {dropped:,}.")
            except DomainError as refusal:
                messages.error(request, refusal.detail)
