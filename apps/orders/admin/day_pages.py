"""The pages on which a day is closed: which one, and with what."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django_subatomic.db import transaction

from apps.core.admin.base import ReadOnlyAdmin, actor_of
from apps.core.admin.charts import MAIN, PALE, SECOND, Series, bar_chart
from apps.orders.days import Taken, describe_day, find_day_close, list_takings, list_waiting
from apps.orders.forms import CloseDayForm
from apps.orders.services.closing.days import close_day
from apps.payments.admin.asking import confirm
from apps.stores.selectors import list_profiles, list_store_days

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from apps.payments.admin.asking import Said
    from apps.stores.types import StoreProfile


CHARTED_DAYS = 14
_STORE = "store__id__exact"  # as the list's own filter names it


class DayPages(ReadOnlyAdmin):
    """Closing a day: a list of those that are open, then one of them with all it came to."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("orders.add_dayclose")

    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The days that nobody has closed; with `?store=&date=`, the one that is to be closed."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if "date" in request.GET:
            return self._close(request, _asked(request, list_profiles()))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Close a day",
            "waiting": list_waiting(stores=list_store_days(), now=timezone.now()),
        }
        return render(request, "orders/admin/open_days.html", context)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Above the days that were closed: those that wait, and what came in day by day."""
        stores = list_store_days()
        asked = [store for store in stores if str(store.id) == request.GET.get(_STORE)] or stores
        waiting = list_waiting(stores=asked, now=timezone.now())
        found = {"waiting": waiting, "takings": _chart([store.id for store in asked])}
        return super().changelist_view(request, {**(extra_context or {}), **found})

    def _close(self, request: HttpRequest, asked: tuple[StoreProfile, date]) -> HttpResponse:
        store, business_date = asked
        today = store.business_date(timezone.now())
        said = f"{business_date:%b %-d, %Y} of {store.name}"
        if closed := find_day_close(store=store, business_date=business_date):
            messages.warning(request, f"{said} is closed already: this is its page.")
            return redirect("admin:orders_dayclose_change", closed.pk)
        if business_date > today:
            messages.warning(request, f"{said} has not begun. Close it when its trade is over.")
            return redirect("admin:orders_dayclose_add")
        day = describe_day(store=store, business_date=business_date)
        form = CloseDayForm(request.POST or None, lacks=len(day["missing"]))
        question = {
            "title": f"Close {business_date:%A, %b %-d, %Y} of {store.name}?",
            "text": "Its figures are kept as they stand now. This cannot be undone.",
            "confirm": "Close the day",
            "back": reverse("admin:orders_dayclose_changelist"),
            "template": "orders/admin/close_day.html",
            "day": day,
            "is_today": business_date == today,
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


def _chart(store_ids: list[int]) -> str:
    """What came in on each of the last days: cash, cards and the rest on each other."""
    today = timezone.localdate()
    days = [today - timedelta(days=ago) for ago in reversed(range(CHARTED_DAYS))]
    taken = list_takings(store_ids=store_ids, since=days[0])
    by_day = {each.day: each for each in taken}
    known = [by_day.get(day, Taken(day, 0, 0, 0)) for day in days]
    bars = [
        Series("Cash", MAIN, [each.cash_cents for each in known]),
        Series("Cards", SECOND, [each.card_cents for each in known]),
        Series("Gift cards and credit", PALE, [each.other_cents for each in known]),
    ]
    return bar_chart([f"{day:%b %-d}" for day in days], bars) if taken else ""


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
