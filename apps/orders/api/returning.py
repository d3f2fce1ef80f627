"""Taking goods back."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema

from apps.orders.api import answers, serializers
from apps.orders.api.reading import read_return
from apps.orders.api.refusals import RETURN_REFUSALS, Refusals
from apps.orders.services.returning import return_goods
from apps.stores.api.views import TillView

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse
    from rest_framework.request import Request


class ReturnsView(TillView):
    """Takes goods of a sale back, on whatever day."""

    idempotent: ClassVar[frozenset[str]] = frozenset({"POST"})
    refusals: ClassVar[Refusals] = {"POST": RETURN_REFUSALS}

    @extend_schema(
        operation_id="return_goods",
        request=serializers.ReturnIn,
        responses={201: answers.Return},
    )
    def post(self, request: Request, order_id: UUID) -> HttpResponse:
        """Return goods: their money goes back by what it came in by, in all or in part."""
        asked = self.read(request, serializers.ReturnIn)
        wanted = read_return(order_id, asked, request.data)
        till, now = self.till(request), timezone.now()
        return self.once(
            request,
            lambda: (HTTPStatus.CREATED, return_goods(till=till, request=wanted, now=now)),
        )
