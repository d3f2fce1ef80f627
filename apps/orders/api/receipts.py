"""Receipts, in the format the till asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.http import HttpResponse
from django.utils import timezone
from django_subatomic.db import transaction
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema

from apps.orders import errors
from apps.orders.selectors import get_order
from apps.orders.services.printing import print_receipt
from apps.orders.types import ReceiptFormat
from apps.stores.api.views import TOKEN_REFUSALS, TillView
from apps.stores.errors import PermissionMissing
from apps.stores.types import Permission

if TYPE_CHECKING:
    from uuid import UUID

    from rest_framework.request import Request

    from apps.orders.api.refusals import Refusals


class ReceiptView(TillView):
    """The receipt of an order."""

    permissions: ClassVar[dict[str, Permission]] = {"GET": Permission.PRINT_RECEIPT}
    refusals: ClassVar[Refusals] = {
        "GET": (
            *TOKEN_REFUSALS,
            PermissionMissing,
            errors.OrderUnknown,
            errors.ReceiptFormatUnknown,
        )
    }

    @extend_schema(
        operation_id="print_receipt",
        responses={
            (200, ReceiptFormat.TEXT.value): OpenApiTypes.STR,
            (200, ReceiptFormat.HTML.value): OpenApiTypes.STR,
            (200, ReceiptFormat.PDF.value): OpenApiTypes.BINARY,
            (200, ReceiptFormat.ESCPOS.value): OpenApiTypes.BINARY,
        },
    )
    def get(self, request: Request, order_id: UUID) -> HttpResponse:
        """Print a receipt; from the second print on, in any format, it says that it is a copy.

        Only a first print as ESC/POS, at the till that took cash for the sale, opens the drawer.
        """
        form = choose_format(request.headers.get("Accept", "*/*"))
        with transaction():
            body = print_receipt(
                till=self.till(request), order_id=order_id, form=form, now=timezone.now()
            )
        return _answer(form, body, order_id)

    def head(self, request: Request, order_id: UUID) -> HttpResponse:
        """Whether there is such a receipt. Nothing is printed, so nothing counts as a copy."""
        form = choose_format(request.headers.get("Accept", "*/*"))
        get_order(store_id=self.till(request).store.id, order_id=order_id)
        return _answer(form, b"", order_id)


def _answer(form: ReceiptFormat, body: bytes, order_id: UUID) -> HttpResponse:
    content_type = f"{form.value}; charset=utf-8" if form.is_text else form.value
    response = HttpResponse(body, content_type=content_type)
    if form is ReceiptFormat.PDF:
        response["Content-Disposition"] = f'inline; filename="receipt-{order_id}.pdf"'
    return response


def choose_format(accept: str) -> ReceiptFormat:
    """The first format of an Accept header that we have; text for one that takes anything.

    Raises:
        ReceiptFormatUnknown: none of them.
    """
    known = {form.value: form for form in ReceiptFormat}
    known |= dict.fromkeys(("*/*", "text/*", ""), ReceiptFormat.TEXT)
    known["application/*"] = ReceiptFormat.PDF
    for entry in accept.split(","):
        if form := known.get(entry.partition(";")[0].strip().lower()):
            return form
    names = " or ".join(form.value for form in ReceiptFormat)
    raise errors.ReceiptFormatUnknown(f"Ask for {names} in the Accept header.")
