"""Telling other systems of products and prices, many at a time.

Products are told before their prices, by whoever writes both.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import batched
from typing import TYPE_CHECKING, Any

from django_subatomic.db import transaction_required

from apps.catalog.events import MOST_TOLD, PriceChanged, ProductUpdated, ToldPrice
from apps.catalog.models import ModifierGroup
from apps.core.outbox import add_to
from apps.core.sql import Batch

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from django.db.models import QuerySet

    from apps.catalog.models import Price
    from apps.core.events import Event
    from apps.core.types import JSON

FACTS_AT_ONCE = 20  # that go to the database together; more would only take memory
AGGREGATE_LENGTH = 120
ROWS_AT_ONCE = 5_000
# What is told of a product in a form of its own, or, as its price is, in a fact of its own.
_TOLD_OTHERWISE = frozenset({"category", "barcodes", "modifier_groups", "price_cents"})


@dataclass(frozen=True, slots=True)
class ToldProduct:
    """A product as it is now, in the form that `imports.states` gives it.

    One that is removed is told as it was lastly; `previous_sku` is its SKU until now, where that
    was another.
    """

    sku: str
    state: Mapping[str, Any]
    is_removed: bool = False
    previous_sku: str | None = None


def of_product(sku: str) -> str:
    """The aggregate of what happened to one product by itself."""
    return f"product:{sku}"


def of_many(kind: str, name: object) -> str:
    """The aggregate of what one deed did to many products: its kind, and its name."""
    return f"catalog:{kind}:{name}"[:AGGREGATE_LENGTH]


@transaction_required
def tell_products(*, aggregate: str, told: Iterable[ToldProduct], now: datetime) -> None:
    """Publish what became of products, once their rows are written."""
    _publish(
        ProductUpdated(aggregate=aggregate, occurred_at=now, products=describe_products(some))
        for some in batched(told, MOST_TOLD)
    )


@transaction_required
def tell_prices(*, aggregate: str, told: Iterable[ToldPrice], now: datetime) -> None:
    """Publish what became of prices, once their rows are written or gone."""
    _publish(
        PriceChanged(aggregate=aggregate, occurred_at=now, prices=some)
        for some in batched(told, MOST_TOLD)
    )


def list_told(prices: QuerySet[Price], *, is_withdrawn: bool = False) -> Iterator[ToldPrice]:
    """These prices as they are told, read a few thousand at a time."""
    columns = ("product__sku", "book__code", "starts_at", "price_cents", "edition__code")
    rows = prices.order_by("pk").values_list(*columns).iterator(ROWS_AT_ONCE)
    for sku, book, starts_at, cents, edition in rows:
        yield ToldPrice(sku, book, starts_at, cents, edition, is_withdrawn)


def _publish(events: Iterator[Event]) -> None:
    for some in batched(events, FACTS_AT_ONCE):
        batch = Batch()
        for event in some:
            add_to(batch, event)
        batch.run()


def describe_products(told: Sequence[ToldProduct]) -> list[Mapping[str, JSON]]:
    """Each product whole, as other systems are told of it."""
    groups = _groups({name for product in told for name in product.state["modifier_groups"]})
    return [_describe_one(product, groups) for product in told]


def _describe_one(
    product: ToldProduct, groups: Mapping[str, Mapping[str, JSON]]
) -> Mapping[str, JSON]:
    state = product.state
    department, category = state["category"]
    return {
        "sku": product.sku,
        "previous_sku": product.previous_sku,
        "is_removed": product.is_removed,
        **{field: value for field, value in state.items() if field not in _TOLD_OTHERWISE},
        "department": department,
        "category": category,
        "barcodes": [{"gtin": gtin, "pack_size": size} for gtin, size in state["barcodes"]],
        "modifier_groups": [dict(groups[n]) for n in state["modifier_groups"] if n in groups],
    }


def _groups(names: set[str]) -> dict[str, Mapping[str, JSON]]:
    """Groups with the choices that a customer has now, by name."""
    if not names:
        return {}
    groups = ModifierGroup.objects.filter(name__in=names).prefetch_related("modifiers")
    return {group.name: _describe_group(group) for group in groups}


def _describe_group(group: ModifierGroup) -> Mapping[str, JSON]:
    choices = sorted((c for c in group.modifiers.all() if c.is_active), key=lambda c: c.pk)
    return {
        "name": group.name,
        "minimum": group.minimum,
        "maximum": group.maximum,
        "choices": [{"name": c.name, "price_cents": c.price_cents} for c in choices],
    }
