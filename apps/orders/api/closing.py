"""Closing a shift, and its Z report."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.http import HttpResponse
from django.utils import timezone
from django_subatomic.db import transaction
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema

from apps.core.api.views import send, send_json
from apps.orders import errors
from apps.orders.api.reading import key_request
from apps.orders.api.refusals import CLOSE_REFUSALS, Z_REFUSALS, Refusals
from apps.orders.api.z_answers import CountIn, ZOut
from apps.orders.selectors import describe_z, get_z
from apps.orders.services.closing.shifts import count_and_close, print_z
from apps.payments.drawer_rules import count_drawer
from apps.stores.api.views import TillView
from apps.stores.types import Permission

if TYPE_CHECKING:
    from uuid import UUID

    from rest_framework.request import Request

_JSON, _TEXT = "application/json", "text/plain"


class CloseShiftView(TillView):
    """Counts the drawer of the till, blind, and closes its shift."""

    permissions: ClassVar[dict[str, Permission]] = {"POST": Permission.RUN_DRAWER}
    idempotent: ClassVar[frozenset[str]] = frozenset({"POST"})
    refusals: ClassVar[Refusals] = {"POST": CLOSE_REFUSALS}

    @extend_schema(operation_id="close_shift", request=CountIn, responses={200: ZOut})
    def post(self, request: Request) -> HttpResponse:
        """Close the shift with what was counted; the answer is its Z.

        A count that is off by more than the store allows is kept, and asked for once more
        (`recount-required`); the second one closes the shift whatever it says.
        """
        till, keyed = self.till(request), key_request(request)
        asked = self.read(request, CountIn)["counted"]
        counted = count_drawer(asked, currency=till.store.currency, key=keyed.key)
        return send(count_and_close(till=till, counted=counted, keyed=keyed, now=timezone.now()))


class ZView(TillView):
    """The Z report of a shift of the store."""

    permissions: ClassVar[dict[str, Permission]] = {"GET": Permission.RUN_DRAWER}
    refusals: ClassVar[Refusals] = {"GET": Z_REFUSALS}

    @extend_schema(
        operation_id="get_z",
        responses={(200, _JSON): ZOut, (200, _TEXT): OpenApiTypes.STR},
    )
    def get(self, request: Request, shift_id: UUID) -> HttpResponse:
        """The Z as figures with its amendments, or as printed; a second print says it is a copy."""
        till = self.till(request)
        if _choose(request.headers.get("Accept", "*/*")) == _JSON:
            return send_json(describe_z(get_z(store_id=till.store.id, shift_id=shift_id)))
        with transaction():
            body = print_z(till=till, shift_id=shift_id, now=timezone.now())
        return HttpResponse(body, content_type=f"{_TEXT}; charset=utf-8")

    def head(self, request: Request, shift_id: UUID) -> HttpResponse:
        """Whether there is such a Z. Nothing is printed, so nothing counts as a copy."""
        form = _choose(request.headers.get("Accept", "*/*"))
        get_z(store_id=self.till(request).store.id, shift_id=shift_id)
        content_type = _JSON if form == _JSON else f"{_TEXT}; charset=utf-8"
        return HttpResponse(content_type=content_type)


def _choose(accept: str) -> str:
    """The first form of an Accept header that a Z has; figures for one that takes anything.

    Raises:
        ReceiptFormatUnknown: none of them.
    """
    known = {"*/*": _JSON, "": _JSON, "application/*": _JSON, "text/*": _TEXT}
    known |= {_JSON: _JSON, _TEXT: _TEXT}
    for entry in accept.split(","):
        if form := known.get(entry.partition(";")[0].strip().lower()):
            return form
    raise errors.ReceiptFormatUnknown(f"Ask for {_JSON} or {_TEXT} in the Accept header.")
