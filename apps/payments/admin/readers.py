"""Card readers and the places where they stand: registered and removed here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.forms import Form
from django.utils import timezone
from unfold.decorators import action, display

from apps.core.admin.base import actor_of, get_row
from apps.payments.admin.asking import confirm
from apps.payments.admin.columns import MoneyBook, moment
from apps.payments.admin.registering import Registering, list_address
from apps.payments.models import Location, Reader
from apps.payments.services.readers import remove_reader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

    from apps.payments.admin.asking import Said

_STATES = {"online": "success", "offline": "danger", "removed": "info"}


class InUseFilter(admin.SimpleListFilter):
    """Readers that were removed are shown only to those who ask for them."""

    title = "In use"
    parameter_name = "use"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("removed", "Removed"), ("all", "All")]

    def choices(self, changelist: Any) -> Iterator[Any]:
        everything, *others = super().choices(changelist)
        return iter([{**everything, "display": "In use"}, *others])

    def queryset(self, request: HttpRequest, queryset: QuerySet[Reader]) -> QuerySet[Reader]:
        if self.value() == "all":
            return queryset
        return queryset.filter(removed_at__isnull=self.value() != "removed")


@admin.register(Location)
class LocationAdmin(MoneyBook):
    """Stores as Stripe Terminal knows them."""

    keyset = ("created_at", "pk")
    list_display = ("stripe_id", "store", moment("created_at", "Made"))
    list_select_related = ("store",)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(Reader)
class ReaderAdmin(Registering):
    """Card readers that our server drives."""

    list_display = ("label", "store", "state", "device_type", moment("seen_at", "Stripe told us"))
    list_select_related = ("store",)
    list_filter = (InUseFilter, "store")
    fields = (
        "label",
        "store",
        "state",
        "device_type",
        "serial_number",
        "stripe_id",
        "seen_at",
        "registered_at",
        "removed_at",
    )
    readonly_fields = ("state",)
    actions_detail = ("remove",)

    @display(description="State", label=_STATES)
    def state(self, reader: Reader) -> str:
        if reader.removed_at:
            return "removed"
        return "online" if reader.is_online else "offline"

    def has_remove_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Unfold asks this for removing one."""
        return request.user.has_perm("payments.delete_reader")

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        row = self.get_object(request, str(object_id))
        if isinstance(row, Reader) and row.removed_at:
            return []
        return super().get_actions_detail(request, object_id)

    @action(description="Remove", icon="delete", permissions=["remove"], url_path="remove")
    def remove(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Give a reader up, here and at Stripe."""
        reader = get_row(self, request, object_id)
        question = {
            "title": f"Remove {reader.label}?",
            "text": f"{reader.label} in {reader.store.name} can take no more cards.",
            "hint": "To use it again, register it anew with a code that it shows.",
            "confirm": "Remove",
            "back": list_address(),
        }

        def do(given: dict[str, Any]) -> Said:
            remove_reader(actor=actor_of(request), reader_id=reader.pk, now=timezone.now())
            return messages.SUCCESS, f"{reader.label} is removed."

        return confirm(self, request, Form(request.POST or None), question, do)
