"""What has arrived of a business date, for an installation that compares it with its books."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, cast

from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from apps.core.api.fields import OneOfField, PageQuery, StrictSerializer, TextField
from apps.core.api.views import ApiView, send_json
from apps.core.pagination import KeyPagination
from apps.stores.api.services import ServiceAuthentication
from apps.stores.errors import PermissionMissing, TokenInvalid, TokenRequired
from apps.stores.service_types import ServiceCaller
from apps.sync.api.asking import refuse_stranger
from apps.sync.comparing import NAMES
from apps.sync.received_books import list_received_of, sum_received

if TYPE_CHECKING:
    from django.http import HttpResponse
    from rest_framework.request import Request

    from apps.core.errors import DomainError

_TOKEN = (TokenRequired, TokenInvalid, PermissionMissing)


class TotalsQuery(StrictSerializer):
    source = TextField(max_length=40, help_text="SYNC_SOURCE of who sent it.")  # type: ignore[assignment]  # a name that a serializer has, too
    day = serializers.DateField(help_text="A business date.")


class FactsQuery(TotalsQuery, PageQuery):
    store = TextField(max_length=40, help_text="Code of the store.")
    type = OneOfField(list(NAMES))


class SumOut(serializers.Serializer[Any]):
    store = serializers.CharField(help_text="Code of the store.")
    type = serializers.ChoiceField(list(NAMES))
    count = serializers.IntegerField(help_text="A refund that was undone counts off one.")
    amount_cents = serializers.IntegerField(help_text="What went out again is negative.")


class TotalsOut(serializers.Serializer[Any]):
    source = serializers.CharField()  # type: ignore[assignment]  # as above
    day = serializers.DateField()
    totals = SumOut(many=True, help_text="By store and type; none where nothing has arrived.")


class ArrivedOut(serializers.Serializer[Any]):
    id = serializers.UUIDField(help_text="Of the fact.")
    sequence = serializers.IntegerField()
    thing = serializers.CharField(help_text="Id of the order, return, shift, payment or refund.")
    number = serializers.CharField(help_text="Of its receipt or Z; empty where it has none.")
    amount_cents = serializers.IntegerField()


class ArrivedPages(KeyPagination):
    ordering = ("position",)


class TotalsView(ApiView):
    """Sums of what has arrived."""

    authentication_classes = (ServiceAuthentication,)
    caller: ClassVar[type] = ServiceCaller
    refusals: ClassVar[dict[str, tuple[type[DomainError], ...]]] = {"GET": _TOKEN}

    @extend_schema(operation_id="sum_facts", parameters=[TotalsQuery], responses=TotalsOut)
    def get(self, request: Request) -> HttpResponse:
        """Sums of a business date by store and type, for who sent it or may read.

        Money of cards is of the business date of its order.
        """
        asked = self.read(request, TotalsQuery)
        source, day = asked["source"], asked["day"]
        refuse_stranger(cast("ServiceCaller", request.auth), source)
        return send_json(
            {"source": source, "day": day, "totals": sum_received(source=source, day=day)}
        )


class FactsView(ApiView):
    """What has arrived, fact by fact."""

    authentication_classes = (ServiceAuthentication,)
    caller: ClassVar[type] = ServiceCaller
    refusals: ClassVar[dict[str, tuple[type[DomainError], ...]]] = {"GET": _TOKEN}
    pagination_class = ArrivedPages

    @extend_schema(
        operation_id="list_facts", parameters=[FactsQuery], responses=ArrivedOut(many=True)
    )
    def get(self, request: Request) -> Any:
        """The facts behind one of the sums, without what they say, in the order of arrival."""
        asked = self.read(request, FactsQuery)
        refuse_stranger(cast("ServiceCaller", request.auth), asked["source"])
        facts = list_received_of(
            source=asked["source"], day=asked["day"], store=asked["store"], event_type=asked["type"]
        )
        pages = self.pagination_class()
        page = pages.paginate_queryset(facts, request, self) or []
        return pages.get_paginated_response([_describe(fact) for fact in page])


def _describe(fact: Any) -> dict[str, Any]:
    return {
        "id": str(fact.event_id),
        "sequence": fact.sequence,
        "thing": fact.thing,
        "number": fact.number,
        "amount_cents": fact.amount_cents or 0,
    }
