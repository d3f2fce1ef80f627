"""Exchanging goods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from apps.core import answers as kept
from apps.core.api.views import key_of, scope_of, send
from apps.orders.api import answers
from apps.orders.api.reading import read_order, read_return
from apps.orders.api.refusals import RETURN_REFUSALS, SALE_REFUSALS, Refusals
from apps.orders.api.serializers import OrderIn, ReturnIn
from apps.orders.privacy import fingerprint, without_secrets
from apps.orders.services.exchanging import exchange
from apps.orders.types import ExchangeRequest
from apps.stores.api.views import TillView
from apps.stores.types import Permission

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse
    from rest_framework.request import Request

    from apps.core.types import JSON


class ExchangeIn(ReturnIn):
    """A return, and the order of what goes out for it, as `POST orders` takes it."""

    order = OrderIn()

    def validate_order(self, order: dict[str, Any]) -> dict[str, Any]:
        if order.get("taken_at"):
            raise serializers.ValidationError("An exchange is made at the counter, and now.")
        return order


class ExchangeOut(serializers.Serializer[Any]):
    """What came back, what went out, and what is between them."""

    id = serializers.UUIDField(help_text="Of the exchange and its return.")
    returned = answers.Return()
    order = answers.Order()
    difference_cents = serializers.IntegerField(
        help_text="What the customer paid on top; negative where money went back."
    )


class ExchangesView(TillView):
    """Swaps goods of a sale for others."""

    permissions: ClassVar[dict[str, Permission]] = {"POST": Permission.SELL}
    idempotent: ClassVar[frozenset[str]] = frozenset({"POST"})
    refusals: ClassVar[Refusals] = {
        "POST": tuple(dict.fromkeys((*SALE_REFUSALS, *RETURN_REFUSALS)))
    }

    @extend_schema(operation_id="exchange_goods", request=ExchangeIn, responses={201: ExchangeOut})
    def post(self, request: Request, order_id: UUID) -> HttpResponse:
        """Exchange goods: a return and a sale in one, or neither."""
        asked = self.read(request, ExchangeIn)
        sent: Any = request.data
        body = _kept_of(sent)
        wanted = ExchangeRequest(
            returned=read_return(order_id, asked, body),
            order=read_order(asked["order"], sent["order"]),
        )
        operation = f"{request.method} {request.path}"
        keyed = kept.Request(scope_of(request), key_of(request), operation, body)
        return send(
            exchange(till=self.till(request), request=wanted, keyed=keyed, now=timezone.now())
        )


def _kept_of(body: dict[str, JSON]) -> dict[str, JSON]:
    """The body without what may not be kept of either half."""
    return {**body, "order": {"fingerprint": fingerprint(without_secrets(body["order"]))}}
