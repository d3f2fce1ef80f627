"""Taking goods back without a receipt."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from apps.core.api.fields import (
    CentsField,
    IdField,
    StrictSerializer,
    TextField,
    YesOrNoField,
    list_of,
)
from apps.core.api.fields import WholeNumberField as Whole
from apps.core.api.views import send
from apps.core.idempotency import run_once
from apps.orders.api.answers import ClerkOut, GiftCardOut
from apps.orders.api.blind_reading import key_blind_return, read_blind_return
from apps.orders.api.refusals import BLIND_RETURN_REFUSALS, Refusals
from apps.orders.api.serializers import (
    LONGEST_BARCODE,
    LONGEST_CODE,
    MAX_ID,
    MAX_LINES,
    MAX_QUANTITY,
)
from apps.orders.services.returning_blind import return_without_receipt
from apps.stores.api.views import TillView

if TYPE_CHECKING:
    from django.http import HttpResponse
    from rest_framework.request import Request


class BlindLineIn(StrictSerializer):
    """What comes back: a barcode or a product, how many, and whether it can be sold again."""

    barcode = TextField(max_length=LONGEST_BARCODE, required=False)
    product_id = Whole(min_value=1, max_value=MAX_ID, required=False)
    quantity = Whole(min_value=1, max_value=MAX_QUANTITY)
    restock = YesOrNoField(help_text="Whether it can be sold again, and so goes back into stock.")
    unit_price_cents = CentsField(
        required=False, help_text="What whoever approves names; else the lowest of 30 days."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("barcode" in attrs) == ("product_id" in attrs):
            raise serializers.ValidationError(
                "Name either a barcode or a product_id.", code="barcode-or-product"
            )
        return attrs


class BlindReturnIn(StrictSerializer):
    """Goods of which nobody knows the sale, and the store credit that their worth goes on to."""

    id = IdField(required=False, help_text="Made by the terminal; by us, if it is left out.")
    lines = list_of(BlindLineIn, most=MAX_LINES, allow_empty=False)
    code = TextField(
        max_length=LONGEST_CODE,
        write_only=True,
        help_text="Of the store credit, new or in use: see `POST gift-cards/codes`.",
    )
    reason = TextField(max_length=200)
    approval = TextField(max_length=255, required=False, allow_null=True)


class BlindLineOut(serializers.Serializer[Any]):
    product_id = serializers.IntegerField()
    name = serializers.CharField()
    quantity = serializers.IntegerField()
    pack_size = serializers.IntegerField()
    restock = serializers.BooleanField()
    stock_units = serializers.IntegerField(help_text="Base units that went back into stock.")
    unit_price_cents = serializers.IntegerField(help_text="Of one of `quantity`, before tax.")
    price_named = serializers.BooleanField(help_text="By whoever approved it.")
    tax_cents = serializers.IntegerField(help_text="Of `total_cents`.")
    total_cents = serializers.IntegerField()


class BlindReturn(serializers.Serializer[Any]):
    """Goods taken back without a receipt, and the store credit given for them."""

    id = serializers.UUIDField()
    business_date = serializers.DateField()
    cashier = ClerkOut()
    approved_by = serializers.CharField()
    reason = serializers.CharField()
    lines = BlindLineOut(many=True)
    tax_cents = serializers.IntegerField(help_text="Of `total_cents`.")
    total_cents = serializers.IntegerField()
    store_credit = GiftCardOut()
    returned_at = serializers.DateTimeField()


class BlindReturnsView(TillView):
    """Takes goods back of which nobody knows the sale."""

    idempotent: ClassVar[frozenset[str]] = frozenset({"POST"})
    refusals: ClassVar[Refusals] = {"POST": BLIND_RETURN_REFUSALS}

    @extend_schema(
        operation_id="return_without_receipt",
        request=BlindReturnIn,
        responses={201: BlindReturn},
    )
    def post(self, request: Request) -> HttpResponse:
        """Return goods without a receipt: approved by somebody, and to store credit alone."""
        asked = self.read(request, BlindReturnIn)
        wanted = read_blind_return(asked, request.data)
        till, now = self.till(request), timezone.now()

        def take_back() -> tuple[int, dict[str, Any]]:
            answer = return_without_receipt(till=till, request=wanted, now=now)
            return HTTPStatus.CREATED, answer

        return send(run_once(key_blind_return(request), now=now, action=take_back))
