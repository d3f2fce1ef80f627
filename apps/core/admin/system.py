"""What the core keeps, for whoever has to look into it. Nothing here can be changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django_subatomic.db import transaction
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from apps.core.admin.base import OfficeAdmin, ReadOnlyAdmin, get_row
from apps.core.admin.filters import LatelyFilter
from apps.core.models import (
    AuditChain,
    AuditEntry,
    IdempotencyRecord,
    Revision,
)

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

admin.site.unregister(User)
admin.site.unregister(Group)


@admin.register(User)
class UserAdmin(DjangoUserAdmin, OfficeAdmin):  # type: ignore[type-arg, misc]
    """Accounts of the back office."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm

    def user_change_password(
        self,
        request: HttpRequest,
        id: str,  # noqa: A002 - Django's name
        form_url: str = "",
    ) -> HttpResponse:
        """Django saves a new password past `save_model`, so it is noted here."""
        account = get_row(self, request, id)
        with transaction():
            answer = super().user_change_password(request, id, form_url)
            if User.objects.get(pk=account.pk).password != account.password:
                self._note(request, account, "changed", {"fields": ["password"]})
        return answer


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, OfficeAdmin):  # type: ignore[misc]
    """What the roles of the back office may do."""


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    """Who did what, newest first."""

    keyset = ("at", "pk")
    list_display = ("at", "actor_name", "action", "subject", "chain", "sequence")
    list_filter = (("action", LatelyFilter), ("actor_kind", LatelyFilter))
    search_fields = ("=subject", "=actor_name")


@admin.register(AuditChain)
class AuditChainAdmin(ReadOnlyAdmin):
    """The heads of the audit's chains."""

    list_display = ("name", "last_sequence", "last_hash")
    search_fields = ("=name",)


@admin.register(IdempotencyRecord)
class IdempotencyRecordAdmin(ReadOnlyAdmin):
    """Answers kept for replay."""

    keyset = ("created_at", "pk")
    list_display = ("created_at", "scope", "key", "status")
    search_fields = ("=key",)


@admin.register(Revision)
class RevisionAdmin(ReadOnlyAdmin):
    """How often reference data has changed."""

    list_display = ("value",)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)
