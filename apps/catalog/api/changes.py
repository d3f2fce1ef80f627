"""What has changed in the catalog since a reader asked last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drf_spectacular.utils import (
    PolymorphicProxySerializer,
    extend_schema,
    extend_schema_field,
)
from rest_framework import serializers

from apps.catalog.api.reading import CatalogView, StoreQuery, describe_copy
from apps.catalog.api.serializers import Product
from apps.catalog.changes import Changed, list_changed
from apps.catalog.cursors import read_cursor
from apps.catalog.services.copies import list_copies
from apps.core.api.fields import TextField
from apps.core.api.views import send_json

if TYPE_CHECKING:
    from django.http import HttpResponse
    from rest_framework.request import Request

    from apps.catalog.services.copies import Reader

MOST = 200
USUAL = 50


class ChangesQuery(StoreQuery):
    since = TextField(max_length=100, help_text="The cursor of the last answer.")
    limit = serializers.IntegerField(
        required=False, min_value=1, max_value=MOST, help_text=f"{USUAL} unless said."
    )


class RecordPrice(serializers.Serializer[Any]):
    price_book = serializers.CharField()
    price_cents = serializers.IntegerField(help_text="Of one base unit.")
    starts_at = serializers.DateTimeField(help_text="From this instant on.")
    until = serializers.DateTimeField(allow_null=True, help_text="When the next one begins.")
    edition = serializers.CharField(allow_null=True)


class Record(serializers.Serializer[Any]):
    """A product whole, as `product.updated` tells of it, with its price in force and the next."""

    sku = serializers.CharField()
    prices = RecordPrice(many=True)


class Upsert(serializers.Serializer[Any]):
    """A product that the store sells, as it is now."""

    kind = serializers.ChoiceField(["upsert"])
    product = Product()
    record = Record(required=False, help_text="For service tokens: to keep a copy by.")


class Gone(serializers.Serializer[Any]):
    id = serializers.IntegerField(allow_null=True, help_text="Null where no product has the SKU.")
    sku = serializers.CharField()


class Delete(serializers.Serializer[Any]):
    """An SKU that the store does not sell, or not any more."""

    kind = serializers.ChoiceField(["delete"])
    product = Gone()


EITHER = PolymorphicProxySerializer(
    component_name="CatalogChange",
    serializers=[Upsert, Delete],
    resource_type_field_name=None,
    many=True,
)


@extend_schema_field(EITHER)
class EachChange(serializers.Field[Any, Any, Any, Any]):
    """Changes of either kind."""


class Rename(serializers.Serializer[Any]):
    """A product that is the same under another SKU."""

    previous_sku = serializers.CharField()
    sku = serializers.CharField()


class Changes(serializers.Serializer[Any]):
    renames = Rename(
        many=True,
        required=False,
        help_text="For service tokens: to be done before the changes, in this order.",
    )
    changes = EachChange()
    cursor = serializers.CharField(help_text="Ask with it next time.")
    has_more = serializers.BooleanField(help_text="Ask again at once.")
    reset = serializers.BooleanField(help_text="Take the snapshot, without If-None-Match.")


class ChangesView(CatalogView):
    """The products that are not as they were."""

    @extend_schema(operation_id="list_catalog_changes", parameters=[ChangesQuery])
    @extend_schema(responses=Changes)
    def get(self, request: Request) -> HttpResponse:
        """Products that were changed since, each once and as it is now."""
        asked = self.read(request, ChangesQuery)
        reader = self.reader(request, asked.get("store"))
        since, limit = read_cursor(asked["since"]), asked.get("limit", USUAL)
        changed = since and list_changed(since=since, book_id=reader.book_id, limit=limit)
        if not isinstance(changed, Changed):  # no cursor of ours, or too old a one
            empty = {"changes": [], "cursor": asked["since"], "has_more": False}
            return send_json({**empty, "reset": True})
        return send_json(_describe(changed, reader))


def _describe(changed: Changed, reader: Reader) -> dict[str, Any]:
    copies = list_copies(reader, skus=changed.skus)
    page = {
        "changes": [describe_copy(copy, reader) for copy in copies],
        "cursor": str(changed.cursor),
        "has_more": changed.has_more,
        "reset": False,
    }
    if reader.is_installation:
        page["renames"] = [{"previous_sku": old, "sku": new} for old, new in changed.renames]
    return page
