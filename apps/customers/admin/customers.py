"""Customers: found by their whole phone number or e-mail address, changed, and forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.contrib import admin, messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django_subatomic.db import transaction
from unfold.decorators import action, display

from apps.core.admin.base import OfficeAdmin, actor_of, get_row
from apps.core.errors import DomainError
from apps.customers.admin.customer_page import describe_page
from apps.customers.forms import CustomerForm
from apps.customers.models import Customer
from apps.customers.rules import mask_email, mask_phone, normalise
from apps.customers.selectors import contact_is
from apps.customers.services.registering import change_customer, forget_customer, register_customer
from apps.customers.types import ContactKind

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse


_SEARCHED_BY = (
    "Type a whole phone number or e-mail address. Names are sealed and cannot be searched."
)


@admin.register(Customer)
class CustomerAdmin(OfficeAdmin):
    """Everybody who has left a name, the newest first."""

    form = CustomerForm
    list_display = ("who", "masked_phone", "masked_email", "accepts_marketing", "registered_at")
    list_filter = ("accepts_marketing", "store")
    search_fields = ("phone_index",)  # see `get_search_results`
    search_help_text = "A whole phone number or e-mail address."
    list_before_template = "customers/admin/searching.html"
    ordering = ("-registered_at", "-pk")
    fields = ("name", ("phone", "email"), "accepts_marketing")
    actions_detail = ("forget",)
    change_form_outer_after_template = "customers/admin/customer.html"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Customer], search_term: str
    ) -> tuple[QuerySet[Customer], bool]:
        """By an index of the whole contact: what is sealed cannot be searched by parts."""
        term = search_term.strip()
        if not term:
            return queryset, False
        kind = ContactKind.EMAIL if "@" in term else ContactKind.PHONE
        try:
            found = queryset.filter(contact_is(kind, normalise(kind, term)))
        except DomainError:
            found = queryset.none()
            if "autocomplete" not in request.path:
                messages.warning(request, _SEARCHED_BY)
        return found, False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Who may not change a customer reads no more of them than a list shows."""
        if obj is None or self.has_change_permission(request, obj):
            return super().get_fields(request, obj)
        return ("who", ("masked_phone", "masked_email"), "accepts_marketing", "forgotten")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None or self.has_change_permission(request, obj):
            return ()
        return ("who", "masked_phone", "masked_email", "forgotten")

    @display(description="Name")
    def who(self, customer: Customer) -> str:
        return customer.name or "(forgotten)"

    @display(description="Phone")
    def masked_phone(self, customer: Customer) -> str:
        return mask_phone(customer.phone)

    @display(description="E-mail")
    def masked_email(self, customer: Customer) -> str:
        return mask_email(customer.email)

    @display(description="Forgotten")
    def forgotten(self, customer: Customer) -> str:
        if customer.forgotten_at is None:
            return "no"
        return f"{timezone.localtime(customer.forgotten_at):%b %-d, %Y} by {customer.forgotten_by}"

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        customer: Customer | None = context.get("original")
        if customer:
            context |= describe_page(customer_id=customer.pk)
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        actor, now = actor_of(request), timezone.now()
        new = form.to_customer(obj.pk if change else uuid4())
        if change:
            change_customer(actor=actor, new=new, now=now)
        else:
            obj.pk = register_customer(actor=actor, store_id=None, new=new, now=now).pk

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: Any) -> None:
        """The service has written everything."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_gone = isinstance(obj, Customer) and obj.forgotten_at is not None
        return not is_gone and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # their sales stay; forget them

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        row = self.get_object(request, str(object_id))
        if isinstance(row, Customer) and row.forgotten_at:
            return []
        return super().get_actions_detail(request, object_id)

    @action(description="Forget this person", icon="person_off", permissions=["change"])
    def forget(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask, then leave nothing personal."""
        customer = get_row(self, request, object_id)
        if request.method == "POST":
            return self._forget(request, customer)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Forget {customer.name}?",
            "text": (
                "Name, phone and e-mail address are erased here for good; nobody can bring them"
                " back. What was sold to them stays in the books, without a name. Backups hold"
                " them, sealed, until they are replaced."
            ),
            "confirm": "Forget for good",
        }
        return render(request, "core/admin/confirm.html", context)

    def _forget(self, request: HttpRequest, customer: Customer) -> HttpResponse:
        try:
            with transaction():
                forget_customer(
                    actor=actor_of(request), customer_id=customer.pk, now=timezone.now()
                )
            messages.success(request, "The person is forgotten. Their sales stay.")
        except DomainError as refusal:
            messages.error(request, refusal.detail)
        return redirect("admin:customers_customer_changelist")
