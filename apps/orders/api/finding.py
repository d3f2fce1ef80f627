"""Finding orders, and taking one back."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema

from apps.core.api.schema import paged
from apps.core.api.views import send_json
from apps.core.pagination import KeyPagination
from apps.orders import errors
from apps.orders.api import answers, serializers
from apps.orders.api.refusals import READ_REFUSALS, VOID_REFUSALS, Refusals
from apps.orders.receipt_code import number_of
from apps.orders.selectors import OrderFilter, describe_orders, get_order, list_orders
from apps.orders.services.voiding import void_order
from apps.stores.api.views import TillView
from apps.stores.types import Permission

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse
    from rest_framework.request import Request


class NewestFirst(KeyPagination):
    """Orders, the last one sold first."""

    ordering = ("-placed_at", "-id")


class ListOrdersView(TillView):
    """The orders of the store."""

    permissions: ClassVar[dict[str, Permission]] = {"GET": Permission.VIEW_ORDERS}
    refusals: ClassVar[Refusals] = {"GET": (*READ_REFUSALS, errors.ReceiptCodeMisread)}

    @extend_schema(
        operation_id="list_orders",
        parameters=[serializers.OrderQuery],
        responses=paged(answers.Order),
    )
    def get(self, request: Request) -> HttpResponse:
        """The store's orders, newest first."""
        asked = self.read(request, serializers.OrderQuery)
        wanted = OrderFilter(
            business_date=asked.get("business_date"),
            terminal_id=asked.get("terminal"),
            number=_number_of(asked.get("number")),
            status=asked["status"].upper() if "status" in asked else None,
        )
        pages = NewestFirst()
        orders = list_orders(store_id=self.till(request).store.id, wanted=wanted)
        page = pages.paginate_queryset(orders, request, view=self)
        return pages.get_paginated_response(describe_orders(page or []))


def _number_of(text: str | None) -> str | None:
    """The number that somebody typed, or that the barcode of a receipt names.

    Raises:
        ReceiptCodeMisread: the barcode's check digits do not fit.
    """
    if text is None:
        return None
    number = number_of(text)
    if number is None:
        raise errors.ReceiptCodeMisread("Scan it once more, or type the number.")
    return number


class OrderView(TillView):
    """One order of the store."""

    permissions: ClassVar[dict[str, Permission]] = {"GET": Permission.VIEW_ORDERS}
    refusals: ClassVar[Refusals] = {"GET": (*READ_REFUSALS, errors.OrderUnknown)}

    @extend_schema(operation_id="get_order", responses=answers.Order)
    def get(self, request: Request, order_id: UUID) -> HttpResponse:
        """An order with its lines and tenders."""
        order = get_order(store_id=self.till(request).store.id, order_id=order_id)
        return send_json(describe_orders([order])[0])


class VoidView(TillView):
    """Takes a sale back on its own day."""

    idempotent: ClassVar[frozenset[str]] = frozenset({"POST"})
    refusals: ClassVar[Refusals] = {"POST": VOID_REFUSALS}

    @extend_schema(
        operation_id="void_order", request=serializers.VoidIn, responses={200: answers.Order}
    )
    def post(self, request: Request, order_id: UUID) -> HttpResponse:
        """Void an order: goods back into stock, cash back over the counter."""
        asked = self.read(request, serializers.VoidIn)
        till, now = self.till(request), timezone.now()

        def void() -> tuple[int, dict[str, Any]]:
            document = void_order(
                till=till,
                order_id=order_id,
                reason=asked["reason"],
                approval=asked.get("approval"),
                now=now,
            )
            return HTTPStatus.OK, document

        return self.once(request, void)
