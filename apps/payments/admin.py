"""Tenders, for whoever has to look into the money. They are shown on their order, too."""

from __future__ import annotations

from django.contrib import admin

from apps.core.admin.base import ReadOnlyAdmin
from apps.core.admin.fields import dollars
from apps.payments.models import Tender


@admin.register(Tender)
class TenderAdmin(ReadOnlyAdmin):
    """What was taken and handed back, newest first."""

    keyset = ("pk",)
    list_display = ("at", "order", "kind", dollars("amount_cents", "Amount"))
    list_select_related = ("order",)
    list_filter = ("kind",)
    search_fields = ("=order__number",)
