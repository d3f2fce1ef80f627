"""Z reports and closed days."""

from __future__ import annotations

from django.contrib import admin

from apps.core.admin.base import ReadOnlyAdmin
from apps.orders.models import DayClose, ZAmendment, ZReport


@admin.register(ZReport)
class ZReportAdmin(ReadOnlyAdmin):
    """Every Z, newest first."""

    keyset = ("closed_at", "pk")


@admin.register(ZAmendment)
class ZAmendmentAdmin(ReadOnlyAdmin):
    """Sales that arrived late."""


@admin.register(DayClose)
class DayCloseAdmin(ReadOnlyAdmin):
    """Closed days."""
