"""What a product looks like to an import: before, after, and the difference in words."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import OuterRef, Prefetch, Subquery

from apps.catalog.models import Barcode, Price, Product
from apps.core.money import format_cents
from apps.stores.types import BeverageType, TaxClass

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
OWN_FIELDS = (*PLAIN_FIELDS, "abv_percent", "category")  # columns of the product's own row
# What a new product is where its row says nothing of it.
UNSAID: State = {
    "vendor": "",
    "beverage_type": BeverageType.NONE,
    "tax_class": TaxClass.GENERAL,
    "minimum_age": 0,
    "volume_ml": None,
    "unit_cost_cents": None,
    "is_active": True,
    "tracks_stock": True,
    "abv_percent": None,
    "category": ["General", "General"],
    "modifier_groups": [],
    "price_cents": None,
}
CENTS_FIELDS = frozenset({"unit_cost_cents", "price_cents"})


@dataclass(frozen=True, slots=True)
class Edit:
    """What a product is now, and what it will be; of a new one there is no key and no before."""

    sku: str
    product_id: int | None
    before: State | None
    after: State

    def changes(self, *fields: str) -> bool:
        """Whether any of these fields will be another; those of a new product all are."""
        before, after = self.before, self.after
        return before is None or any(before[field] != after[field] for field in fields)

    @property
    def sets_price(self) -> bool:
        """Whether a price of the run's book begins with it."""
        return self.after["price_cents"] is not None and self.changes("price_cents")


def products_with_state(book_id: int | None, now: datetime) -> QuerySet[Product]:
    """Products with all that `state_of` reads, in a fixed number of statements.

    No book has no prices.
    """
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
    said: State = {
        "name": row.name,
        "vendor": row.vendor or None,
        "beverage_type": row.beverage,
        "tax_class": row.tax_class or _tax_class_implied(row.beverage, known),
        "minimum_age": row.minimum_age,
        "volume_ml": row.volume_ml,
        "unit_cost_cents": row.cost_cents,
        "is_active": None if row.is_discontinued is None else not row.is_discontinued,
        "tracks_stock": row.tracks_stock,
        "abv_percent": None if abv is None else _one_decimal(abv),
        "category": None if row.category is None else list(row.category),
        "barcodes": sorted([gtin, pack] for gtin, pack in codes.items()),
        "modifier_groups": None if groups is None else sorted(groups),
        "price_cents": row.price_cents,
    }
    fallback = UNSAID | known
    return {field: fallback[field] if value is None else value for field, value in said.items()}


def _tax_class_implied(beverage: BeverageType | None, known: State) -> TaxClass | None:
    """What kind of drink it is decides, where that is new and no tax class is said."""
    if beverage is None or beverage == known.get("beverage_type"):
        return None
    return TaxClass.GENERAL if beverage is BeverageType.NONE else TaxClass.ALCOHOL


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
