"""Tenders: what was taken for orders and handed back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin

from apps.core.admin.fields import dollars
from apps.payments.admin.columns import MoneyBook, moment
from apps.payments.models import Tender

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest


@admin.register(Tender)
class TenderAdmin(MoneyBook):
    """What was taken and handed back, newest first."""

    keyset = ("pk",)
    list_display = (moment("at"), "order", "kind", dollars("amount_cents", "Amount"))
    list_select_related = ("order",)
    list_filter = ("kind",)
    search_fields = ("order__number",)
    search_help_text = "The number of the order, whole."

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Tender], search_term: str
    ) -> tuple[QuerySet[Tender], bool]:
        """Numbers are capitals, so they are compared as they are: that is what an index can do."""
        term = search_term.strip().upper()
        return (queryset.filter(order__number=term) if term else queryset), False
