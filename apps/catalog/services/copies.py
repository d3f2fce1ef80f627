"""Products of one store, for who keeps a copy of them: tills, and installations below this one."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import batched, zip_longest
from typing import TYPE_CHECKING

from apps.catalog import shelf
from apps.catalog.models import Price, Product
from apps.catalog.services.imports.states import products_with_state, state_of
from apps.catalog.services.telling import ToldProduct, describe_products

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from datetime import datetime

    from apps.catalog.types import Item
    from apps.core.types import JSON
    from apps.stores.types import StoreProfile

PRODUCTS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: for which store, at which revision of reference data and instant.

    An installation gets each product whole besides, as it is told of, with its prices.
    """

    store: StoreProfile
    revision: int
    now: datetime
    is_installation: bool = False

    @property
    def book_id(self) -> int:
        """The price book of the store; 0 where it has none."""
        return shelf.book_of(store_id=self.store.id, revision=self.revision)[0]


@dataclass(frozen=True, slots=True)
class Copy:
    """What a copy should say of an SKU: a product that the store sells, or that it sells none.

    `id` is there where a product has the SKU though the store does not sell it.
    """

    sku: str
    id: int | None = None
    item: Item | None = None
    record: Mapping[str, JSON] = field(default_factory=dict)


def list_copies(reader: Reader, *, skus: Collection[str]) -> list[Copy]:
    """What these SKUs stand for now, in their order."""
    ids = dict(Product.objects.filter(sku__in=skus).values_list("sku", "pk"))
    known = {copy.id: copy for copy in _read(reader, list(ids.values()))}
    return [known.get(ids[sku], Copy(sku, ids[sku])) if sku in ids else Copy(sku) for sku in skus]


def walk_catalog(reader: Reader) -> Iterator[Copy]:
    """Every product that the store sells, some at a time: no statement and no memory holds all."""
    last = 0
    priced = Price.objects.filter(book=reader.book_id).values("product")
    products = Product.objects.filter(is_active=True, pk__in=priced).order_by("pk")
    while ids := list(products.filter(pk__gt=last).values_list("pk", flat=True)[:PRODUCTS_AT_ONCE]):
        yield from _read(reader, ids)
        last = ids[-1]


def _read(reader: Reader, ids: list[int]) -> Iterator[Copy]:
    """Those of the products that the store sells now, or will by a price that is to come."""
    for some in batched(ids, PRODUCTS_AT_ONCE):
        wanted = shelf.Wanted(reader.store.id, reader.revision, reader.now, product_ids=some)
        items = shelf.read(wanted)
        sold = [items[pk] for pk in some if pk in items and _is_sold(items[pk])]
        records = _records(reader, sold) if reader.is_installation else {}
        for item in sold:
            yield Copy(item.sku, item.id, item, records.get(item.id, {}))


def _is_sold(item: Item) -> bool:
    return item.is_active and bool(item.prices)


def _records(reader: Reader, items: list[Item]) -> dict[int, Mapping[str, JSON]]:
    ids = [item.id for item in items]
    rows = {row.pk: row for row in products_with_state(None, reader.now).filter(pk__in=ids)}
    there = [item for item in items if item.id in rows]
    told = [ToldProduct(item.sku, state_of(rows[item.id])) for item in there]
    described = zip(there, describe_products(told), strict=True)
    return {item.id: {**own, "prices": _prices(item, reader.now)} for item, own in described}


def _prices(item: Item, now: datetime) -> list[JSON]:
    """The price in force and those to come, each with when the next one begins."""
    points = [point for point in item.prices if point.starts_at > now]
    if (in_force := item.point_at(now)) is not None:
        points.insert(0, in_force)
    ends = [point.starts_at.isoformat() for point in points[1:]]
    return [
        {
            "price_book": item.price_book,
            "price_cents": point.price_cents,
            "starts_at": point.starts_at.isoformat(),
            "until": until,
            "edition": point.edition or None,
        }
        for point, until in zip_longest(points, ends)
    ]
