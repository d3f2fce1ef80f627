"""Gift cards and store credit: what is owed to whom, what moved it, and setting it right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.urls import reverse
from django.utils import timezone
from django_subatomic.db import transaction
from unfold.decorators import action, display

from apps.core.admin.base import actor_of, get_row
from apps.core.admin.fields import dollars
from apps.core.money import format_cents
from apps.payments.admin.asking import confirm
from apps.payments.admin.columns import MoneyBook, moment, order_link
from apps.payments.admin.value_pages import describe_list, describe_page
from apps.payments.models import StoredValueAccount, StoredValueEntry
from apps.payments.services.stored_value.minding import adjust_balance, set_status
from apps.payments.stored_value_forms import AdjustForm, WhyForm
from apps.payments.stored_value_types import StoredValueStatus

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

    from apps.payments.admin.asking import Said

_LAST = 4


@admin.register(StoredValueAccount)
class StoredValueAccountAdmin(MoneyBook):
    """Every gift card and store credit, newest first; above them what the shop owes by them."""

    keyset = ("opened_at", "pk")
    list_display = (
        "ends_in",
        "kind",
        "state",
        dollars("balance_cents", "On it"),
        "currency",
        moment("opened_at", "Since"),
    )
    list_filter = ("kind", "status")
    search_fields = ("last4",)
    search_help_text = "The last four of its code."
    list_before_template = "payments/admin/liability.html"
    change_form_after_template = "payments/admin/stored_value.html"
    actions_detail = ("freeze", "thaw", "adjust")

    def has_mind_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Unfold asks this for freezing, thawing and adjusting one."""
        return request.user.has_perm("payments.change_storedvalueaccount")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip().upper()[-_LAST:]
        return (queryset.filter(last4=term) if term else queryset), False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return super().changelist_view(request, {**(extra_context or {}), **describe_list()})

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        row = self.get_object(request, str(object_id))
        is_frozen = isinstance(row, StoredValueAccount) and row.status == StoredValueStatus.FROZEN
        hidden = "freeze" if is_frozen else "thaw"
        shown = super().get_actions_detail(request, object_id)
        return [each for each in shown if not each.action_name.endswith(hidden)]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return []  # the template below shows it as people read it

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context |= describe_page(context["original"])
        return super().render_change_form(request, context, *args, **kwargs)

    @display(description="Ends in")
    def ends_in(self, account: StoredValueAccount) -> str:
        return f"...{account.last4}"

    @display(description="State", label={"Active": "success", "Frozen": "danger"})
    def state(self, account: StoredValueAccount) -> str:
        return account.get_status_display()

    @action(description="Freeze", icon="ac_unit", permissions=["mind"], url_path="freeze")
    def freeze(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Let nobody spend from it."""
        return self._turn(request, object_id, StoredValueStatus.FROZEN)

    @action(description="Unfreeze", icon="lock_open", permissions=["mind"], url_path="thaw")
    def thaw(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Let it be spent from again."""
        return self._turn(request, object_id, StoredValueStatus.ACTIVE)

    def _turn(
        self, request: HttpRequest, object_id: str, status: StoredValueStatus
    ) -> HttpResponse:
        account = get_row(self, request, object_id)
        freezes = status is StoredValueStatus.FROZEN
        verb = "Freeze" if freezes else "Unfreeze"
        question = {
            "title": f"{verb} {_name(account)}?",
            "text": f"{format_cents(account.balance_cents)} is on it.",
            "hint": "Nobody can spend from it or put money on it until it is unfrozen."
            if freezes
            else "Whoever has its code can spend from it again.",
            "confirm": verb,
            "back": _address(account),
        }

        def do(given: dict[str, Any]) -> Said:
            with transaction():
                set_status(
                    actor=actor_of(request),
                    account_id=account.pk,
                    status=status,
                    reason=given["reason"],
                    now=timezone.now(),
                )
            return messages.SUCCESS, f"{_name(account)} is {status.value.lower()}."

        return confirm(self, request, WhyForm(request.POST or None), question, do)

    @action(description="Adjust", icon="edit", permissions=["mind"], url_path="adjust")
    def adjust(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Put money on it or take it off, with a reason."""
        account = get_row(self, request, object_id)
        question = {
            "title": f"Adjust {_name(account)}",
            "text": f"{format_cents(account.balance_cents)} is on it.",
            "hint": "An entry with your name and reason is added. It cannot be undone, only"
            " followed by another. No cash moves by it.",
            "confirm": "Adjust",
            "back": _address(account),
        }

        def do(given: dict[str, Any]) -> Said:
            with transaction():
                left = adjust_balance(
                    actor=actor_of(request),
                    account_id=account.pk,
                    amount_cents=given["amount"],
                    reason=given["reason"],
                    key=given["token"],
                    now=timezone.now(),
                )
            return messages.SUCCESS, f"{format_cents(left)} is on {_name(account)} now."

        return confirm(self, request, AdjustForm(request.POST or None), question, do)


@admin.register(StoredValueEntry)
class StoredValueEntryAdmin(MoneyBook):
    """Entries of all accounts, newest first; reached through their account."""

    keyset = ("pk",)
    list_display = (
        moment("at"),
        "account",
        "kind",
        dollars("amount_cents", "Amount"),
        dollars("balance_cents", "Left"),
        order_link,
        "actor_name",
    )
    list_select_related = ("account", "order")
    list_filter = ("kind",)
    exclude = ("key",)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False


def _name(account: StoredValueAccount) -> str:
    return f"{account.get_kind_display().lower()} ...{account.last4}"


def _address(account: StoredValueAccount) -> str:
    return reverse("admin:payments_storedvalueaccount_change", args=[account.pk])
