"""Quoting and selling."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema

from apps.core.api.views import send, send_json
from apps.orders.api import answers, serializers
from apps.orders.api.finding import ListOrdersView
from apps.orders.api.reading import key_order, read_order
from apps.orders.api.refusals import BASKET_REFUSALS, SALE_REFUSALS, Refusals
from apps.orders.documents import describe_quote
from apps.orders.services.quoting import quote_order
from apps.orders.services.selling import sell
from apps.stores.api.views import TillView
from apps.stores.types import Permission

if TYPE_CHECKING:
    from django.http import HttpResponse
    from rest_framework.request import Request


class OrdersView(ListOrdersView):
    """The orders of the store: list them, add one."""

    permissions: ClassVar[dict[str, Permission]] = {
        **ListOrdersView.permissions,
        "POST": Permission.SELL,
    }
    idempotent: ClassVar[frozenset[str]] = frozenset({"POST"})
    refusals: ClassVar[Refusals] = {**ListOrdersView.refusals, "POST": SALE_REFUSALS}

    @extend_schema(
        operation_id="place_order",
        request=serializers.OrderIn,
        responses={201: answers.Order},
    )
    def post(self, request: Request) -> HttpResponse:
        """Sell a basket, once per idempotency key."""
        till, body = self.till(request), request.data
        keyed = key_order(request)
        asked = read_order(self.read(request, serializers.OrderIn), body)
        return send(sell(till=till, request=asked, keyed=keyed, now=timezone.now()))


class QuoteView(TillView):
    """What a basket would cost."""

    permissions: ClassVar[dict[str, Permission]] = {"POST": Permission.SELL}
    refusals: ClassVar[Refusals] = {"POST": BASKET_REFUSALS}

    @extend_schema(
        operation_id="quote_order",
        request=serializers.OrderIn,
        responses={200: answers.Quote},
    )
    def post(self, request: Request) -> HttpResponse:
        """Price a basket; nothing is written."""
        asked = read_order(self.read(request, serializers.OrderIn), request.data)
        quote = quote_order(till=self.till(request), request=asked, now=timezone.now())
        return send_json(describe_quote(asked.id, quote, asked.tip_cents, asked.gift_cards_cents))
