"""The pages on which a day is closed: which one, and with what."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django_subatomic.db import transaction

from apps.core.admin.base import ReadOnlyAdmin, actor_of
from apps.orders.days import describe_day, list_open_days
from apps.orders.forms import CloseDayForm
from apps.orders.services.closing.days import close_day
from apps.payments.admin.asking import confirm
from apps.stores.selectors import list_profiles

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from apps.payments.admin.asking import Said
    from apps.stores.types import StoreProfile


class DayPages(ReadOnlyAdmin):
    """Closing a day: a list of those that are open, then one of them with all it came to."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("orders.add_dayclose")

    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The days that nobody has closed; with `?store=&date=`, the one that is to be closed."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        stores = list_profiles()
        if "date" in request.GET:
            return self._close(request, _asked(request, stores))
        now = timezone.now()
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Close a day",
            "stores": [(store, list_open_days(store=store, now=now)) for store in stores],
        }
        return render(request, "orders/admin/open_days.html", context)

    def _close(self, request: HttpRequest, asked: tuple[StoreProfile, date]) -> HttpResponse:
        store, business_date = asked
        day = describe_day(store=store, business_date=business_date)
        form = CloseDayForm(request.POST or None, lacks=len(day["missing"]))
        question = {
            "title": f"Close {business_date:%A, %b %-d, %Y} of {store.name}?",
            "text": "Its figures are kept as they stand now. This cannot be undone.",
            "confirm": "Close the day",
            "back": reverse("admin:orders_dayclose_changelist"),
            "template": "orders/admin/close_day.html",
            "day": day,
        }

        def do(given: dict[str, Any]) -> Said:
            with transaction():
                closed = close_day(
                    actor=actor_of(request),
                    store=store,
                    business_date=business_date,
                    reason=given["reason"],
                    now=timezone.now(),
                )
            return messages.SUCCESS, f"The day is closed, as number {closed.number}."

        return confirm(self, request, form, question, do)


def _asked(request: HttpRequest, stores: list[StoreProfile]) -> tuple[StoreProfile, date]:
    """The store and the date that the address names.

    Raises:
        Http404: there are no such.
    """
    named = [store for store in stores if str(store.id) == request.GET.get("store")]
    try:
        return named[0], date.fromisoformat(request.GET["date"])
    except (IndexError, ValueError) as error:
        raise Http404 from error
