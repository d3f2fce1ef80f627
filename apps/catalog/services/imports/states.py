"""What a product looks like to an import: before, after, and the difference in words."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import OuterRef, Prefetch, Subquery

from apps.catalog.models import Barcode, Price, Product
from apps.core.money import format_cents

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from apps.catalog.services.imports.reading import ProductRow

type State = dict[str, Any]  # plain JSON, so that it can be stored and compared

# Fields that are copied as they are; the others have a form of their own below.
PLAIN_FIELDS = (
    "name",
    "vendor",
    "beverage_type",
    "tax_class",
    "minimum_age",
    "volume_ml",
    "unit_cost_cents",
    "is_active",
    "tracks_stock",
)
CENTS_FIELDS = frozenset({"unit_cost_cents", "price_cents"})


@dataclass(frozen=True, slots=True)
class Planned:
    """A row, what the product is now (None where there is none), and what it will be."""

    row: ProductRow
    before: State | None
    after: State


def products_with_state(book_id: int, now: datetime) -> QuerySet[Product]:
    """Products with all that `state_of` reads, in a fixed number of statements."""
    price = Price.objects.filter(book=book_id, product=OuterRef("pk"), starts_at__lte=now)
    active = Barcode.objects.filter(is_active=True).order_by("gtin")
    return (
        Product.objects.select_related("category")
        .prefetch_related(Prefetch("barcodes", queryset=active), "modifier_groups")
        .annotate(price_now=Subquery(price.order_by("-starts_at").values("price_cents")[:1]))
    )


def state_of(product: Product) -> State:
    """A product of `products_with_state`, as JSON."""
    abv = product.abv_percent
    return {
        **{field: getattr(product, field) for field in PLAIN_FIELDS},
        "abv_percent": None if abv is None else _one_decimal(abv),
        "category": [product.category.department, product.category.name],
        "barcodes": [[code.gtin, code.pack_size] for code in product.barcodes.all()],
        "modifier_groups": sorted(group.name for group in product.modifier_groups.all()),
        "price_cents": getattr(product, "price_now", None),
    }


def state_after(row: ProductRow, before: State | None) -> State:
    """What a row makes of a product. Codes a manager added stay; an empty cell changes nothing."""
    known = before or {}
    codes = dict(known.get("barcodes", [])) | dict(row.codes)
    groups = row.modifier_groups
    abv = row.abv_percent
    return {
        "name": row.name,
        "vendor": row.vendor or known.get("vendor", ""),
        "beverage_type": row.beverage.value,
        "tax_class": row.tax_class.value,
        "minimum_age": row.minimum_age,
        "volume_ml": row.volume_ml,
        "unit_cost_cents": _or_known(row.cost_cents, known, "unit_cost_cents"),
        "is_active": row.is_active,
        "tracks_stock": row.tracks_stock,
        "abv_percent": None if abv is None else _one_decimal(abv),
        "category": [row.department, row.category],
        "barcodes": sorted([gtin, pack] for gtin, pack in codes.items()),
        "modifier_groups": known.get("modifier_groups", []) if groups is None else sorted(groups),
        "price_cents": _or_known(row.price_cents, known, "price_cents"),
    }


def describe_difference(before: State | None, after: State) -> list[str]:
    """Each field that differs, as people read it: "price $21.99 -> $23.49"."""
    if before is None:
        return []
    return [
        f"{field.removesuffix('_cents').replace('_', ' ')} "
        f"{_read(field, before[field])} -> {_read(field, after[field])}"
        for field in after
        if before[field] != after[field]
    ]


def _one_decimal(percent: Decimal) -> str:
    return str(percent.quantize(Decimal("0.1")))


def _or_known(value: int | None, known: State, field: str) -> int | None:
    return known.get(field) if value is None else value


def _read(field: str, value: Any) -> str:
    if value is None or value == "":
        return "nothing"
    if field in CENTS_FIELDS:
        return format_cents(value)
    if field == "barcodes":
        return " ".join(f"{gtin}x{pack}" for gtin, pack in value) or "nothing"
    if isinstance(value, list):
        return ", ".join(value) or "nothing"
    return str(value)
