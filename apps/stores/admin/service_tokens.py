"""Tokens of programs: shown once when they are made, revoked at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django_subatomic.db import transaction
from unfold.decorators import action, display

from apps.core.admin.base import ReadOnlyAdmin, actor_of, get_row
from apps.core.errors import DomainError
from apps.stores.forms import ServiceTokenForm
from apps.stores.models import ServiceToken
from apps.stores.services.service_tokens import issue_service_token, revoke_service_token

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

_LIST = "admin:stores_servicetoken_changelist"


class InUseFilter(admin.SimpleListFilter):
    """Tokens that were revoked are shown only to those who ask for them."""

    title = "In use"
    parameter_name = "use"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("revoked", "Revoked"), ("all", "All")]

    def choices(self, changelist: Any) -> Iterator[Any]:
        everything, *others = super().choices(changelist)
        return iter([{**everything, "display": "In use"}, *others])

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[ServiceToken]
    ) -> QuerySet[ServiceToken]:
        if self.value() == "all":
            return queryset
        return queryset.filter(revoked_at__isnull=self.value() != "revoked")


@admin.register(ServiceToken)
class ServiceTokenAdmin(ReadOnlyAdmin):
    """The programs that may call."""

    keyset = ("created_at", "pk")
    list_display = ("name", "good_for", "source", "store", "state", "last_used_at")
    list_select_related = ("store",)
    list_filter = (InUseFilter,)
    search_fields = ("name", "source")
    fields = (
        "name",
        "state",
        "good_for",
        "source",
        "store",
        "created_at",
        "created_by",
        "last_used_at",
        "revoked_at",
    )
    readonly_fields = ("state", "good_for")
    actions_detail = ("revoke",)

    @display(description="State", label={"in use": "success", "revoked": "danger"})
    def state(self, token: ServiceToken) -> str:
        return "revoked" if token.revoked_at else "in use"

    @display(description="Good for")
    def good_for(self, token: ServiceToken) -> str:
        return ", ".join(token.scopes)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("stores.add_servicetoken")

    def has_revoke_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Unfold asks this for revoking one."""
        return request.user.has_perm("stores.change_servicetoken")

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        row = self.get_object(request, str(object_id))
        if isinstance(row, ServiceToken) and row.revoked_at:
            return []
        return super().get_actions_detail(request, object_id)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Ask whose token it is and what for, then show it once."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = ServiceTokenForm(request.POST if request.method == "POST" else None)
        token = None
        if request.method == "POST" and form.is_valid():
            try:
                token = _issue(request, form)
            except DomainError as refusal:
                form.add_error(None, refusal.detail)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "A token for a program",
            "text": "Another Tillhouse, or a program of yours, calls this installation with it.",
            "hint": "It is good for what you tick, and for nothing else.",
            "confirm": "Make the token",
            "back": reverse(_LIST),
            "form": form,
            "token": token,
        }
        template = "stores/admin/service_token.html" if token else "core/admin/ask.html"
        return TemplateResponse(request, template, context)

    @action(description="Revoke", icon="block", permissions=["revoke"], url_path="revoke")
    def revoke(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask, then lock the program out."""
        token = get_row(self, request, object_id)
        if request.method == "POST":
            with transaction():
                revoke_service_token(actor=actor_of(request), token_id=token.pk, now=timezone.now())
            messages.success(request, f"{token.name} is locked out.")
            return HttpResponseRedirect(reverse(_LIST))
        context = {
            **self.admin_site.each_context(request),
            "title": f"Revoke {token.name}?",
            "text": (
                f"Whoever calls with the token of {token.name} is refused from now on. It cannot"
                " be undone: make another token to let them in again."
            ),
            "confirm": "Revoke",
            "opts": self.opts,
        }
        return TemplateResponse(request, "core/admin/confirm.html", context)


def _issue(request: HttpRequest, form: ServiceTokenForm) -> str:
    with transaction():
        return issue_service_token(
            actor=actor_of(request), new=form.new_token(), now=timezone.now()
        )
