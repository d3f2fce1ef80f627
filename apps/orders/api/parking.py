"""Parking and resuming baskets."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar, cast

from django.utils import timezone
from django_subatomic.db import transaction
from drf_spectacular.utils import OpenApiParameter, extend_schema

from apps.core.api.fields import PageQuery
from apps.core.api.schema import paged
from apps.core.api.views import send_json
from apps.core.errors import (
    IdempotencyKeyInUse,
    IdempotencyKeyRequired,
    IdempotencyKeyReused,
)
from apps.core.pagination import KeyPagination
from apps.orders import errors
from apps.orders.api import answers, serializers
from apps.orders.selectors import list_parked
from apps.orders.services.parking import describe_parked, park_order, resume_order
from apps.stores.api.views import TOKEN_REFUSALS, TillView
from apps.stores.errors import PermissionMissing
from apps.stores.types import Permission

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse
    from rest_framework.request import Request

    from apps.orders.api.refusals import Refusals

REFUSALS = (*TOKEN_REFUSALS, PermissionMissing)


MAY_BE_KEYED = OpenApiParameter(
    "Idempotency-Key",
    location=OpenApiParameter.HEADER,
    description="May be sent; then the same request again gets the same answer.",
)


class OldestFirst(KeyPagination):
    """Parked baskets, the longest waiting first."""

    ordering = ("parked_at", "id")


class ParkView(TillView):
    """Puts a basket aside."""

    permissions: ClassVar[dict[str, Permission]] = {"POST": Permission.PARK_ORDER}
    refusals: ClassVar[Refusals] = {
        "POST": (*REFUSALS, errors.ParkedOrderExists, errors.OrderExists)
    }

    @extend_schema(
        operation_id="park_order",
        request=serializers.OrderIn,
        responses={201: answers.ParkedOrder},
    )
    def post(self, request: Request) -> HttpResponse:
        """Park a basket; nothing is priced or taken from stock. A resumed one waits again."""
        asked = self.read(request, serializers.OrderIn)
        with transaction():
            parked = park_order(
                till=self.till(request),
                order_id=asked["id"],
                body=cast("dict[str, Any]", request.data),
                now=timezone.now(),
            )
        return send_json(parked, HTTPStatus.CREATED)


class ParkedOrdersView(TillView):
    """Baskets that wait."""

    permissions: ClassVar[dict[str, Permission]] = {"GET": Permission.PARK_ORDER}
    refusals: ClassVar[Refusals] = {"GET": REFUSALS}

    @extend_schema(operation_id="list_parked_orders", responses=paged(answers.ParkedOrder))
    def get(self, request: Request) -> HttpResponse:
        """The store's parked baskets, oldest first."""
        self.read(request, PageQuery)
        pages = OldestFirst()
        waiting = list_parked(store_id=self.till(request).store.id)
        page = pages.paginate_queryset(waiting, request, view=self)
        return pages.get_paginated_response([describe_parked(parked) for parked in page or []])


class ResumeView(TillView):
    """Takes a basket up again, once."""

    permissions: ClassVar[dict[str, Permission]] = {"POST": Permission.PARK_ORDER}
    refusals: ClassVar[Refusals] = {
        "POST": (
            *REFUSALS,
            errors.ParkedOrderUnknown,
            errors.ParkedOrderResumed,
            IdempotencyKeyRequired,
            IdempotencyKeyReused,
            IdempotencyKeyInUse,
        )
    }

    @extend_schema(
        operation_id="resume_order",
        request=None,
        parameters=[MAY_BE_KEYED],
        responses={200: answers.ParkedOrder},
    )
    def post(self, request: Request, order_id: UUID) -> HttpResponse:
        """Resume a parked basket. Under a key, a lost answer can be asked for again."""
        till, now = self.till(request), timezone.now()
        if "Idempotency-Key" in request.headers:
            action = partial(resume_order, till=till, order_id=order_id, now=now)
            return self.once(request, lambda: (HTTPStatus.OK, action()))
        with transaction():
            return send_json(resume_order(till=till, order_id=order_id, now=now))
