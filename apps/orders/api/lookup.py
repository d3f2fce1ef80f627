"""What the till asks when it scans: the product, its price and what is left of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from apps.catalog.api.serializers import Product, describe_item
from apps.catalog.errors import BarcodeInvalid, BarcodeUnknown
from apps.catalog.selectors import get_scanned
from apps.core.api.fields import StrictSerializer, TextField
from apps.core.api.views import send_json
from apps.inventory.board import see_level
from apps.orders.api.answers import Stock
from apps.orders.api.serializers import LONGEST_BARCODE
from apps.stores.api.views import TOKEN_REFUSALS, TillView

if TYPE_CHECKING:
    from django.http import HttpResponse
    from rest_framework.request import Request

    from apps.catalog.types import Item
    from apps.orders.api.refusals import Refusals


class LookupQuery(StrictSerializer):
    barcode = TextField(max_length=LONGEST_BARCODE)


class Lookup(serializers.Serializer[Any]):
    product = Product()
    pack_size = serializers.IntegerField(help_text="Base units that the barcode stands for.")
    price_cents = serializers.IntegerField(
        allow_null=True, help_text="Of the pack; null where the store has no price."
    )
    price_book = serializers.CharField()
    stock = Stock()


class LookupView(TillView):
    """A product by its barcode."""

    refusals: ClassVar[Refusals] = {"GET": (*TOKEN_REFUSALS, BarcodeInvalid, BarcodeUnknown)}

    @extend_schema(operation_id="lookup_product", parameters=[LookupQuery], responses=Lookup)
    def get(self, request: Request) -> HttpResponse:
        """Scan: UPC-A, UPC-E, EAN-8, EAN-13, GTIN-14, in-store and price-embedded codes."""
        scan = self.read(request, LookupQuery)["barcode"]
        till, now = self.till(request), timezone.now()
        found = get_scanned(store=till.store, scan=scan, revision=till.revision, now=now)
        unit = found.item.price_at(now)
        stock = describe_stock(till.store.id, found.item)
        listed = None if unit is None else unit * found.pack_size
        price = listed if found.price_cents is None else found.price_cents
        return send_json(
            {
                "product": describe_item(found.item, now),
                "pack_size": found.pack_size,
                "price_cents": price,
                "price_book": found.item.price_book,
                "stock": stock,
            }
        )


def describe_stock(store_id: int, item: Item) -> dict[str, int | None]:
    """What is left of it; nothing to say of what is made to order."""
    if not item.tracks_stock:
        return {"on_hand": None, "available": None}
    level = see_level(store_id=store_id, product_id=item.id)
    return {"on_hand": level.on_hand, "available": level.available}
