"""Shifts: who answers for the cash of which till, and what happened to it."""

from __future__ import annotations

from django.contrib import admin

from apps.core.admin.fields import dollars
from apps.payments.admin.columns import MoneyBook, moment
from apps.payments.models import CashMovement, DrawerCount, Shift


@admin.register(Shift)
class ShiftAdmin(MoneyBook):
    """Every shift, newest first."""

    keyset = ("opened_at", "pk")
    list_display = (moment("opened_at"), "opened_by_name", "terminal", "status")
    list_select_related = ("terminal",)


@admin.register(CashMovement)
class CashMovementAdmin(MoneyBook):
    """Cash that moved other than by sales, newest first."""

    keyset = ("at", "pk")
    list_display = (moment("at"), "kind", dollars("amount_cents", "Amount"), "reason", "actor_name")
    list_filter = ("kind",)


@admin.register(DrawerCount)
class DrawerCountAdmin(MoneyBook):
    """Drawers as they were counted, newest first."""

    keyset = ("pk",)
    list_display = (moment("counted_at"), dollars("counted_cents", "Counted"), "counted_by")
