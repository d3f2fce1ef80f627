"""Registering a card reader: which store, then what Stripe wants to know."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone

from apps.core.admin.base import actor_of
from apps.core.reference import read_revision
from apps.payments.admin.asking import cash_only, confirm
from apps.payments.admin.columns import MoneyBook
from apps.payments.admin.reader_forms import FirstReaderForm, ReaderForm, StoreForm
from apps.payments.reader_types import NewReader
from apps.payments.rules import parts_of_address
from apps.payments.selectors import find_location
from apps.payments.services.readers import register_reader
from apps.stores.selectors import get_store_profile, list_store_names

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from apps.payments.admin.asking import Said


class Registering(MoneyBook):
    """The page that registers a reader, in the place of Django's own for a new row."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("payments.add_reader")

    def get_urls(self) -> list[Any]:
        register = self.admin_site.admin_view(self.register_view)
        mine = path("register/", register, name="payments_reader_register")
        return [mine, *super().get_urls()]

    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect("admin:payments_reader_register")

    def register_view(self, request: HttpRequest) -> HttpResponse:
        """Ask for the store, where there are several; then for the reader."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        store_id = _store_of(request)
        return self._ask_store(request) if store_id is None else self._ask(request, store_id)

    def _ask_store(self, request: HttpRequest) -> HttpResponse:
        form = StoreForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            return redirect(f"{request.path}?store={form.cleaned_data['store']}")
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "form": form,
            "title": "Register a card reader",
            "text": "In which store does it stand?",
            "confirm": "Go on",
            **cash_only(),
            "back": list_address(),
        }
        return render(request, "payments/admin/ask.html", context)

    def _ask(self, request: HttpRequest, store_id: int) -> HttpResponse:
        store = get_store_profile(store_id=store_id, revision=read_revision())
        is_first = find_location(store_id=store_id) is None
        parts = asdict(parts_of_address(store.address))
        form = (FirstReaderForm if is_first else ReaderForm)(request.POST or None, initial=parts)
        question = {
            "title": f"Register a card reader in {store.name}",
            "text": "Switch the reader on, and let it show a registration code.",
            "hint": "Stripe asks where the store is, once for all its readers." if is_first else "",
            "confirm": "Register",
            **cash_only(),
            "back": list_address(),
        }

        def do(given: dict[str, Any]) -> Said:
            address = form.address() if isinstance(form, FirstReaderForm) else None
            new = NewReader(store_id, given["registration_code"], given["label"], address)
            reader = register_reader(actor=actor_of(request), new=new, now=timezone.now())
            return messages.SUCCESS, f"{reader.label} is registered, and can take cards."

        return confirm(self, request, form, question, do)


def _store_of(request: HttpRequest) -> int | None:
    """The store that an address names, or the only one there is."""
    stores = list_store_names()
    if len(stores) == 1:
        return next(iter(stores))
    named = {str(store_id): store_id for store_id in stores}
    return named.get(request.GET.get("store", ""))


def list_address() -> str:
    """The address of the list of readers."""
    return reverse("admin:payments_reader_changelist")
