"""The page on which a shift is closed whose till cannot do it: broken, stolen, or left open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from apps.core import answers
from apps.core.admin.base import ReadOnlyAdmin
from apps.orders.forms import CountDrawerForm
from apps.orders.services.closing.shifts import count_and_close
from apps.payments.admin.asking import confirm
from apps.payments.drawer_rules import count_drawer
from apps.payments.drawer_selectors import list_open_shifts
from apps.payments.errors import RecountRequired
from apps.stores.selectors import find_office_till

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from apps.payments.admin.asking import Said
    from apps.payments.models import Shift
    from apps.stores.types import Till

OPERATION = "Back office: close a shift"


class ShiftPages(ReadOnlyAdmin):
    """Closing a shift: a list of those that are open, then the count of one of their drawers."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("orders.add_zreport")

    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The shifts that are open; with `?shift=`, the one that is to be closed."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if "shift" in request.GET:
            return self._close(request, _asked(request))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Close a shift",
            "shifts": list_open_shifts(),
        }
        return render(request, "orders/admin/open_shifts.html", context)

    def _close(self, request: HttpRequest, shift: Shift) -> HttpResponse:
        till = find_office_till(terminal_id=shift.terminal_id, user_id=cast("int", request.user.pk))
        form = CountDrawerForm(request.POST or None, currency=shift.store.currency)
        question = {
            "title": f"Close the shift of {shift.opened_by_name} at {shift.terminal}?",
            "text": "For a till that cannot do it. Count the drawer by coins and notes."
            " What should be in it is shown afterwards, and this cannot be undone."
            if till
            else "Your account belongs to no member of staff. An owner can say whose it is.",
            "confirm": "Close the shift" if till else "",
            "back": reverse("admin:orders_zreport_changelist"),
        }
        return confirm(self, request, form, question, lambda _: _count(till, shift, form))


def _count(till: Till | None, shift: Shift, form: CountDrawerForm) -> Said:
    if till is None:
        raise PermissionDenied
    key, typed = form.cleaned_data["key"], form.counted()
    counted = count_drawer(typed, currency=shift.store.currency, key=key, shift_id=shift.pk)
    keyed = answers.Request(till.scope, key, OPERATION, {"shift": str(shift.pk), **typed})
    try:
        count_and_close(till=till, counted=counted, keyed=keyed, now=timezone.now())
    except RecountRequired:
        form.ask_again()
        raise
    return messages.SUCCESS, f"The shift of {shift.opened_by_name} is closed. Its Z is below."


def _asked(request: HttpRequest) -> Shift:
    """The open shift that the address names.

    Raises:
        Http404: there is no such, or it is closed.
    """
    try:
        shift = list_open_shifts().filter(pk=UUID(request.GET["shift"])).first()
    except ValueError as error:
        raise Http404 from error
    if shift is None:
        raise Http404
    return shift
