"""What each role may do without asking."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from unfold.decorators import display

from apps.core.admin.base import OfficeAdmin
from apps.core.money import format_cents
from apps.stores.models import RoleLimit

if TYPE_CHECKING:
    from django.http import HttpRequest


@admin.register(RoleLimit)
class RoleLimitAdmin(OfficeAdmin):
    """One row per role."""

    list_display = (
        "role",
        "discount",
        "refunds",
        "blind_refunds",
        "voids",
        "pay_outs",
        "may_open_drawer",
    )
    fields = (
        "role",
        "discount_percent",
        "refund_cents",
        "blind_refund_cents",
        "void_cents",
        "pay_out_cents",
        "may_open_drawer",
    )
    readonly_fields = ("role",)
    ordering = ("pk",)

    @display(description="Price off by")
    def discount(self, limit: RoleLimit) -> str:
        return f"{limit.discount_percent} %"

    @display(description="Refund")
    def refunds(self, limit: RoleLimit) -> str:
        return _say_limit(limit.refund_cents)

    @display(description="Refund without receipt")
    def blind_refunds(self, limit: RoleLimit) -> str:
        return _say_limit(limit.blind_refund_cents)

    @display(description="Void")
    def voids(self, limit: RoleLimit) -> str:
        return _say_limit(limit.void_cents)

    @display(description="Pay-out")
    def pay_outs(self, limit: RoleLimit) -> str:
        return _say_limit(limit.pay_out_cents)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # there is one per role

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def _say_limit(cents: int | None) -> str:
    if cents is None:
        return "no limit"
    return format_cents(cents) if cents else "never"
