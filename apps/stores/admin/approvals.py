"""Approvals: what tills wait for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.humanize.templatetags.humanize import naturaltime
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django_subatomic.db import transaction
from unfold.decorators import action, display

from apps.core.admin.base import actor_of, get_row
from apps.core.admin.fields import dollars
from apps.core.errors import DomainError
from apps.stores.admin.approval_orders import AboutOrders, tell_about
from apps.stores.models import Approval
from apps.stores.selectors import count_approvals_waiting, status_of_approval
from apps.stores.services.approvals import decide_approval

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

_LIST = "admin:stores_approval_changelist"


def waiting_badge(request: HttpRequest) -> str:
    """How many tills wait, for the menu; nothing where none does."""
    return str(count_approvals_waiting(now=timezone.now()) or "")


class WaitingFilter(admin.SimpleListFilter):
    """What waits is shown unless one asks for more."""

    title = "State"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("decided", "Decided"), ("all", "All")]

    def choices(self, changelist: Any) -> Iterator[Any]:
        everything, *others = super().choices(changelist)
        return iter([{**everything, "display": "Waiting"}, *others])

    def queryset(self, request: HttpRequest, queryset: QuerySet[Approval]) -> QuerySet[Approval]:
        match self.value():
            case "all":
                return queryset
            case "decided":
                return queryset.filter(decided_at__isnull=False)
            case _:
                now = timezone.now()
                return queryset.filter(decided_at__isnull=True, expires_at__gt=now)


@admin.register(Approval)
class ApprovalAdmin(AboutOrders):
    """What cashiers ask for. Whoever decides does so as the member of staff they are."""

    keyset = ("asked_at", "id")
    list_display = (
        "what",
        "decide",
        "order",
        dollars("amount_cents", "Up to"),
        "asked_by",
        "place",
        "reason",
        "asked",
    )
    list_select_related = ("cashier", "terminal", "approver", "store")
    list_filter = (WaitingFilter, "store")
    list_before_template = "stores/admin/waiting.html"
    change_form_after_template = "stores/admin/approval.html"
    actions_detail = ("approve", "deny")

    def has_decide_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Unfold asks this for both buttons."""
        return request.user.has_perm("stores.change_approval")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return []  # the template below shows it as people read it

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        approval: Approval = context["original"]
        context |= {
            **tell_about(approval),
            "state": self.state(approval),
            "title": self.what(approval),
        }
        return super().render_change_form(request, context, *args, **kwargs)

    @display(description="At")
    def place(self, approval: Approval) -> str:
        return f"{approval.terminal}, {approval.store.name}"

    @display(description="Asked by")
    def asked_by(self, approval: Approval) -> str:
        return approval.cashier.name

    def get_list_display(self, request: HttpRequest) -> Any:
        """Whoever may not decide sees how it stands."""
        columns = super().get_list_display(request)
        if self.has_decide_permission(request):
            return columns
        return ["state" if column == "decide" else column for column in columns]

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        row = self.get_object(request, str(object_id))
        if isinstance(row, Approval) and status_of_approval(row, now=timezone.now()) != "waiting":
            return []
        return super().get_actions_detail(request, object_id)

    @display(description="Asked")
    def asked(self, approval: Approval) -> str:
        return naturaltime(approval.asked_at)

    @display(description="State")
    def decide(self, approval: Approval) -> str:
        """Both buttons, for as long as it waits; then what came of it."""
        status = status_of_approval(approval, now=timezone.now())
        if status != "waiting":
            by = f" by {approval.approver.name}" if approval.approver else ""
            return f"{status}{by}"
        pages = (f"admin:stores_approval_{how}" for how in ("approve", "deny"))
        return format_html(
            '<span class="tillhouse-decide"><a href="{}">Approve</a> <a href="{}">Deny</a></span>',
            *(reverse(page, args=[approval.pk]) for page in pages),
        )

    @display(description="What")
    def what(self, approval: Approval) -> str:
        return approval.wording

    @display(
        description="State",
        label={
            "waiting": "warning",
            "approved": "success",
            "used": "success",
            "denied": "danger",
            "expired": "info",
        },
    )
    def state(self, approval: Approval) -> str:
        return status_of_approval(approval, now=timezone.now())

    @action(description="Approve", icon="check", permissions=["decide"], url_path="approve")
    def approve(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask, then let the cashier do it."""
        return self._decide(request, object_id, is_denied=False)

    @action(description="Deny", icon="block", permissions=["decide"], url_path="deny")
    def deny(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask, then say no."""
        return self._decide(request, object_id, is_denied=True)

    def _decide(self, request: HttpRequest, object_id: str, *, is_denied: bool) -> HttpResponse:
        approval = get_row(self, request, object_id)
        if request.method == "POST":
            level, sentence = _decided(request, approval, is_denied=is_denied)
            messages.add_message(request, level, sentence)
            return redirect(_LIST)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Deny it?" if is_denied else "Approve it?",
            "confirm": "Deny" if is_denied else "Approve",
            **tell_about(approval),
        }
        return render(request, "stores/admin/decide_approval.html", context)


def _decided(request: HttpRequest, approval: Approval, *, is_denied: bool) -> tuple[int, str]:
    try:
        with transaction():
            decide_approval(
                actor=actor_of(request),
                approval_id=approval.pk,
                by_user_id=request.user.pk or 0,
                is_denied=is_denied,
                now=timezone.now(),
            )
    except DomainError as refusal:
        return messages.ERROR, refusal.detail
    name = approval.cashier.name
    if is_denied:
        return messages.SUCCESS, f"{name} has been told no."
    return messages.SUCCESS, f"{name} may do it now, once, within five minutes."
