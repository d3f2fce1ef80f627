"""Stock levels, and adjustments by hand."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from apps.core.api.fields import (
    IdField,
    StrictSerializer,
    TextField,
    WholeNumberField,
    list_of,
)
from apps.core.api.schema import paged
from apps.core.pagination import KeyPagination
from apps.inventory.errors import StockDocumentExists, StockProductUnknown
from apps.inventory.selectors import list_balances
from apps.inventory.services.moving import move_stock
from apps.inventory.types import Document, Move, MovementKind
from apps.stores.api.views import TOKEN_REFUSALS, TillView
from apps.stores.errors import PermissionMissing
from apps.stores.types import Permission

if TYPE_CHECKING:
    from django.http import HttpResponse
    from rest_framework.request import Request
    from rest_framework.response import Response

    from apps.core.errors import DomainError
    from apps.inventory.models import StockBalance
    from apps.inventory.types import StockLevel

MAX_ID = 2**63 - 1
MAX_UNITS = 1_000_000
MAX_LINES = 500


class StockQuery(StrictSerializer):
    product = serializers.IntegerField(required=False, min_value=1, max_value=MAX_ID)
    store = serializers.IntegerField(required=False, min_value=1, max_value=MAX_ID)
    limit = serializers.CharField(required=False)
    cursor = serializers.CharField(required=False)


class LevelOut(serializers.Serializer[Any]):
    store = serializers.IntegerField()
    product_id = serializers.IntegerField()
    on_hand = serializers.IntegerField(help_text="Base units; negative where the books are short.")
    reserved = serializers.IntegerField()
    available = serializers.IntegerField()
    version = serializers.IntegerField(help_text="Grows with every movement.")


class AdjustmentLine(StrictSerializer):
    product_id = WholeNumberField(min_value=1, max_value=MAX_ID)
    quantity = WholeNumberField(
        min_value=-MAX_UNITS, max_value=MAX_UNITS, help_text="Base units; negative goes out."
    )
    reason = TextField(max_length=200)

    def validate_quantity(self, quantity: int) -> int:
        if quantity == 0:
            raise serializers.ValidationError("Nothing would move.", code="zero")
        return quantity


class AdjustmentIn(StrictSerializer):
    id = IdField()
    lines = list_of(AdjustmentLine, most=MAX_LINES, allow_empty=False)


class AdjustmentOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    levels = LevelOut(many=True)


class ByPosition(KeyPagination):
    """Balances in a fixed order."""

    ordering = ("id",)


class StockView(TillView):
    """What there is, in this store or any other of the company."""

    permissions: ClassVar[dict[str, Permission]] = {"GET": Permission.VIEW_STOCK}
    refusals: ClassVar[dict[str, tuple[type[DomainError], ...]]] = {
        "GET": (*TOKEN_REFUSALS, PermissionMissing)
    }

    @extend_schema(operation_id="list_stock", parameters=[StockQuery], responses=paged(LevelOut))
    def get(self, request: Request) -> Response:
        """Stock levels, of one product or one store if named."""
        asked = self.read(request, StockQuery)
        pages = ByPosition()
        balances = list_balances(store_id=asked.get("store"), product_id=asked.get("product"))
        page = pages.paginate_queryset(balances, request, view=self) or []
        return pages.get_paginated_response([describe_level(balance) for balance in page])


class AdjustmentsView(TillView):
    """Stock put right by hand."""

    permissions: ClassVar[dict[str, Permission]] = {"POST": Permission.ADJUST_STOCK}
    idempotent: ClassVar[frozenset[str]] = frozenset({"POST"})
    refusals: ClassVar[dict[str, tuple[type[DomainError], ...]]] = {
        "POST": (*TOKEN_REFUSALS, PermissionMissing, StockDocumentExists, StockProductUnknown)
    }

    @extend_schema(
        operation_id="adjust_stock", request=AdjustmentIn, responses={201: AdjustmentOut}
    )
    def post(self, request: Request) -> HttpResponse:
        """Adjust the stock of this store, each line with its reason."""
        asked = self.read(request, AdjustmentIn)
        till, now = self.till(request), timezone.now()
        lines = asked["lines"]
        kind = MovementKind.ADJUSTMENT
        document = Document(asked["id"], kind, till.store.id, lines[0]["reason"])
        moves = [Move(line["product_id"], line["quantity"], line["reason"]) for line in lines]

        def adjust() -> tuple[int, dict[str, Any]]:
            levels = move_stock(actor=till.actor, document=document, moves=moves, now=now)
            described = [describe_level(level) for level in levels]
            return HTTPStatus.CREATED, {"id": str(document.id), "levels": described}

        return self.once(request, adjust)


def describe_level(level: StockLevel | StockBalance) -> dict[str, int]:
    """A stock level as the API shows it."""
    return {
        "store": level.store_id,
        "product_id": level.product_id,
        "on_hand": level.on_hand,
        "reserved": level.reserved,
        "available": level.on_hand - level.reserved,
        "version": level.version,
    }
