"""Products as the API shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rest_framework import serializers

from apps.core.api.fields import PageQuery, TextField
from apps.stores.types import TaxClass

if TYPE_CHECKING:
    from datetime import datetime

    from apps.catalog.types import Item


class ProductQuery(PageQuery):
    search = TextField(required=False, allow_blank=True, max_length=100)
    category = TextField(required=False, allow_blank=True, max_length=60)


class BarcodeOut(serializers.Serializer[Any]):
    gtin = serializers.CharField(help_text="GTIN-14.")
    pack_size = serializers.IntegerField()


class ModifierOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    price_cents = serializers.IntegerField()


class ModifierGroupOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    minimum = serializers.IntegerField()
    maximum = serializers.IntegerField()
    modifiers = ModifierOut(many=True)


class ComingPriceOut(serializers.Serializer[Any]):
    starts_at = serializers.DateTimeField(help_text="From this instant on.")
    price_cents = serializers.IntegerField(help_text="Of one base unit.")


class Product(serializers.Serializer[Any]):
    """A product as one store sells it; the price is of one base unit."""

    id = serializers.IntegerField()
    sku = serializers.CharField()
    name = serializers.CharField()
    category = serializers.CharField()
    minimum_age = serializers.IntegerField(help_text="0 where anybody may buy it.")
    tax_class = serializers.ChoiceField([tax_class.value for tax_class in TaxClass])
    price_cents = serializers.IntegerField(allow_null=True)
    coming_prices = ComingPriceOut(
        many=True, help_text="Published ahead, the soonest first: a till switches by itself."
    )
    volume_ml = serializers.IntegerField(allow_null=True)
    abv_percent = serializers.CharField(allow_null=True, help_text="Decimal text, e.g. 40.0.")
    barcodes = BarcodeOut(many=True)
    modifiers = ModifierGroupOut(many=True)
    active = serializers.BooleanField()


def describe_item(item: Item, now: datetime) -> dict[str, Any]:
    """An item as the API shows it at an instant."""
    return {
        "id": item.id,
        "sku": item.sku,
        "name": item.name,
        "category": item.category,
        "minimum_age": item.minimum_age,
        "tax_class": item.tax_class.value,
        "price_cents": item.price_at(now),
        "coming_prices": [
            {"starts_at": point.starts_at, "price_cents": point.price_cents}
            for point in item.coming(now)
        ],
        "volume_ml": item.volume_ml,
        "abv_percent": None if item.abv_percent is None else str(item.abv_percent),
        "barcodes": [{"gtin": gtin, "pack_size": size} for gtin, size in item.barcodes],
        "modifiers": [
            {
                "id": group.id,
                "name": group.name,
                "minimum": group.minimum,
                "maximum": group.maximum,
                "modifiers": [
                    {"id": choice.id, "name": choice.name, "price_cents": choice.price_cents}
                    for choice in group.choices
                ],
            }
            for group in item.modifier_groups
        ],
        "active": item.is_active,
    }
