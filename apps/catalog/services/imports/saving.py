"""Writing the rows of an import, many at a time."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from apps.catalog.models import (
    Barcode,
    Category,
    ImportChange,
    ImportRun,
    ModifierGroup,
    Price,
    Product,
)
from apps.catalog.services.imports.reading import BadRow
from apps.catalog.services.imports.states import PLAIN_FIELDS, Planned, State

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

UPDATED_FIELDS = (*PLAIN_FIELDS, "abv_percent", "category")


def save_rows(run: ImportRun, planned: list[Planned], now: datetime) -> list[BadRow]:
    """Write what differs; the rows that clash with products outside the file come back as bad."""
    conflicts = list(_clashes(planned))
    bad_lines = {conflict.line for conflict in conflicts}
    todo = [p for p in planned if p.row.line not in bad_lines and p.before != p.after]
    products = _save_products(todo)
    save_barcodes({products[p.row.sku].pk: p.after["barcodes"] for p in todo})
    _save_groups({products[p.row.sku].pk: p.after["modifier_groups"] for p in todo})
    priced = [p for p in todo if (p.before or {}).get("price_cents") != p.after["price_cents"]]
    _save_prices(run, {products[p.row.sku].pk: p.after["price_cents"] for p in priced}, now)
    ImportChange.objects.bulk_create(
        ImportChange(run=run, product=products[p.row.sku], before=p.before, after=p.after)
        for p in todo
    )
    return conflicts


def _clashes(planned: list[Planned]) -> Iterable[BadRow]:
    """Rows whose barcode is another product's, or whose modifier group does not exist."""
    gtins = {gtin for plan in planned for gtin, _ in plan.row.codes}
    rows = Barcode.objects.filter(gtin__in=gtins, is_active=True)
    owner = dict(rows.values_list("gtin", "product__sku"))
    named = {name for plan in planned for name in plan.row.modifier_groups or ()}
    groups = set(ModifierGroup.objects.filter(name__in=named).values_list("name", flat=True))
    for plan in planned:
        row = plan.row
        taken = next((g for g, _ in row.codes if owner.get(g, row.sku) != row.sku), None)
        unknown = next((name for name in row.modifier_groups or () if name not in groups), None)
        if taken:
            yield BadRow(row.line, row.sku, f"barcode {taken} is {owner[taken]}'s already")
        elif unknown:
            yield BadRow(row.line, row.sku, f"modifier group {unknown!r} does not exist")


def _save_products(todo: list[Planned]) -> dict[str, Product]:
    categories = find_or_make_categories(tuple(plan.after["category"]) for plan in todo)
    skus = [plan.row.sku for plan in todo if plan.before is not None]
    known = {product.sku: product for product in Product.objects.filter(sku__in=skus)}
    fresh = []
    for plan in todo:
        product = known.get(plan.row.sku) or Product(sku=plan.row.sku)
        apply_state(product, plan.after, categories)
        if plan.before is None:
            fresh.append(product)
    Product.objects.bulk_update(known.values(), UPDATED_FIELDS, batch_size=100)
    Product.objects.bulk_create(fresh)
    return known | {product.sku: product for product in fresh}


def apply_state(
    product: Product, state: State, categories: Mapping[tuple[str, str], Category]
) -> None:
    """Set a product's own fields from a state, without saving it."""
    for field in PLAIN_FIELDS:
        setattr(product, field, state[field])
    abv = state["abv_percent"]
    product.abv_percent = None if abv is None else Decimal(abv)
    department, name = state["category"]
    product.category = categories[department, name]


def find_or_make_categories(
    names: Iterable[tuple[str, str]],
) -> dict[tuple[str, str], Category]:
    """The categories of these departments and names, made where they do not exist."""
    wanted = set(names)
    rows = Category.objects.filter(department__in={department for department, _ in wanted})
    known = {(row.department, row.name): row for row in rows}
    for department, name in sorted(wanted - known.keys()):
        known[department, name] = Category.objects.create(department=department, name=name)
    return known


def save_barcodes(codes_of: Mapping[int, list[tuple[str, int]]]) -> None:
    """Give each product exactly these active codes; codes it had before are dropped."""
    rows = Barcode.objects.filter(product__in=codes_of, is_active=True)
    known = {(row.product_id, row.gtin, row.pack_size): row.pk for row in rows}
    wanted = {
        (product_id, gtin, size) for product_id, codes in codes_of.items() for gtin, size in codes
    }
    surplus = [pk for key, pk in known.items() if key not in wanted]
    Barcode.objects.filter(pk__in=surplus).delete()
    Barcode.objects.bulk_create(
        Barcode(product_id=product_id, gtin=gtin, pack_size=size)
        for product_id, gtin, size in sorted(wanted - known.keys())
    )


def _save_groups(groups_of: Mapping[int, list[str]]) -> None:
    named = {name for names in groups_of.values() for name in names}
    ids = dict(ModifierGroup.objects.filter(name__in=named).values_list("name", "pk"))
    link = Product.modifier_groups.through
    link.objects.filter(product_id__in=groups_of).delete()
    link.objects.bulk_create(
        link(product_id=product_id, modifiergroup_id=ids[name])
        for product_id, names in groups_of.items()
        for name in names
    )


def _save_prices(run: ImportRun, price_of: Mapping[int, int], now: datetime) -> None:
    Price.objects.bulk_create(
        Price(
            book_id=run.book_id,
            product_id=product_id,
            starts_at=now,
            price_cents=price_cents,
            created_at=now,
            created_by=run.actor_name,
            import_run=run,
        )
        for product_id, price_cents in price_of.items()
    )
