"""Staff: who may do what at which tills."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.utils import timezone
from unfold.decorators import display
from unfold.widgets import UnfoldAdminPasswordWidget

from apps.core.admin.base import OfficeAdmin, ReadOnlyAdmin, actor_of
from apps.stores.errors import PinTooSimple
from apps.stores.models import PinAttempt, Staff, TillSession
from apps.stores.rules import ROLE_TABLE
from apps.stores.services.staff import (
    OFFICE_ROLES,
    check_pin,
    give_office_role,
    group_name,
    set_pin,
)

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


class StaffForm(forms.ModelForm):  # type: ignore[type-arg]
    """A person with, if it is to be set anew, their PIN."""

    pin = forms.CharField(
        label="New PIN",
        required=False,
        widget=UnfoldAdminPasswordWidget(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text="4 to 12 digits. A new PIN unlocks the person and ends their sessions.",
    )

    def clean_pin(self) -> str:
        pin: str = self.cleaned_data["pin"]
        if not pin and not self.instance.pin_hash:
            raise forms.ValidationError("Somebody new needs a PIN.")
        if pin:
            try:
                check_pin(pin)
            except PinTooSimple as refusal:
                raise forms.ValidationError(refusal.detail) from refusal
        return pin


@admin.register(Staff)
class StaffAdmin(OfficeAdmin):
    """One page per person; the table of roles stands beside the list."""

    form = StaffForm
    list_display = ("name", "code", "role_name", "where", "office", "active")
    list_filter = ("role", "stores", "is_active")
    search_fields = ("name", "code")
    autocomplete_fields = ("stores",)
    list_select_related = ("user",)
    list_after_template = "stores/admin/roles.html"
    fieldsets = (
        (None, {"fields": (("name", "code"), "role", "pin", "is_active")}),
        ("Where they work", {"fields": ("stores", "user")}),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("stores")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        rows = [
            (permission.value.replace("_", " ").capitalize(), answers)
            for permission, answers in ROLE_TABLE.items()
        ]
        return super().changelist_view(request, {**(extra_context or {}), "role_rows": rows})

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        super().save_model(request, obj, form, change)
        if change and "user" in form.changed_data and (former := form.initial["user"]):
            self._shut_out(request, obj, former)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: Any) -> None:
        super().save_related(request, form, formsets, change)
        actor, now, staff_id = actor_of(request), timezone.now(), form.instance.pk
        if pin := form.cleaned_data.get("pin"):
            set_pin(actor=actor, staff_id=staff_id, pin=pin, now=now)
        give_office_role(actor=actor, staff_id=staff_id, now=now)

    def _shut_out(self, request: HttpRequest, staff: Staff, user_id: int) -> None:
        """Take the office roles from an account that is nobody's any more."""
        user = User.objects.get(pk=user_id)
        user.groups.remove(*user.groups.filter(name__in=[group_name(r) for r in OFFICE_ROLES]))
        user.is_staff = user.is_superuser
        user.save(update_fields=["is_staff"])
        self._note(request, staff, "office_role_taken", {"user": user_id})

    @display(
        description="Role",
        ordering="role",
        label={
            "Owner": "primary",
            "Manager": "info",
            "Shift lead": "success",
            "Auditor": "warning",
        },
    )
    def role_name(self, staff: Staff) -> str:
        return staff.get_role_display()

    @display(description="Stores")
    def where(self, staff: Staff) -> str:
        return ", ".join(store.code for store in staff.stores.all())

    @display(description="Back office", boolean=True)
    def office(self, staff: Staff) -> bool:
        return bool(staff.user and staff.user.is_staff)

    @display(description="Active", boolean=True)
    def active(self, staff: Staff) -> bool:
        return staff.is_active

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # their sales bear their name; make them inactive


@admin.register(TillSession)
class TillSessionAdmin(ReadOnlyAdmin):
    """Who was logged in where."""

    list_display = ("created_at", "staff", "terminal", "last_seen_at", "ended_at")
    list_select_related = ("staff", "terminal")
    fields = ("staff", "terminal", "created_at", "last_seen_at", "expires_at", "ended_at")


@admin.register(PinAttempt)
class PinAttemptAdmin(ReadOnlyAdmin):
    """Wrong PINs of the last minutes."""

    list_display = ("at", "staff_code", "terminal")
    list_select_related = ("terminal",)
