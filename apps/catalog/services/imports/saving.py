"""Writing what becomes of products, many at a time and nothing that stays as it is."""

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
from apps.catalog.services.imports.states import OWN_FIELDS, PLAIN_FIELDS, Edit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime


def save_run(run: ImportRun, edits: Sequence[Edit], now: datetime) -> None:
    """Write these edits as part of a run: products, prices from `now` on, and the way back."""
    keys = save_products(edits)
    Price.objects.bulk_create(
        Price(
            book_id=run.book_id,
            product_id=keys[edit.sku],
            starts_at=now,
            price_cents=edit.after["price_cents"],
            created_at=now,
            created_by=run.actor_name,
            import_run=run,
        )
        for edit in edits
        if edit.sets_price
    )
    ImportChange.objects.bulk_create(
        ImportChange(run=run, product_id=keys[edit.sku], before=edit.before, after=edit.after)
        for edit in edits
    )


def save_products(edits: Sequence[Edit]) -> dict[str, int]:
    """Write what differs of products, their codes and modifier groups, but no price.

    A row of which nothing differs is not written. Returns the keys of all products by SKU.
    """
    keys = _save_own_fields(edits)
    _save_barcodes({keys[e.sku]: e.after["barcodes"] for e in edits if e.changes("barcodes")})
    _save_groups(
        {keys[e.sku]: e.after["modifier_groups"] for e in edits if e.changes("modifier_groups")}
    )
    return keys


def _save_own_fields(edits: Sequence[Edit]) -> dict[str, int]:
    different = [edit for edit in edits if edit.changes(*OWN_FIELDS)]
    categories = _find_or_make_categories(tuple(edit.after["category"]) for edit in different)
    products = [_product(edit, categories) for edit in different]
    # An upsert, because `bulk_update` takes fifteen times as long to build its statements.
    Product.objects.bulk_create(
        [product for product in products if product.pk],
        update_conflicts=True,
        unique_fields=["pk"],
        update_fields=OWN_FIELDS,
    )
    fresh = Product.objects.bulk_create(product for product in products if not product.pk)
    keys = {edit.sku: edit.product_id for edit in edits if edit.product_id is not None}
    return keys | {product.sku: product.pk for product in fresh}


def _product(edit: Edit, categories: Mapping[tuple[str, str], Category]) -> Product:
    state = edit.after
    abv = state["abv_percent"]
    department, name = state["category"]
    return Product(
        pk=edit.product_id,
        sku=edit.sku,
        category=categories[department, name],
        abv_percent=None if abv is None else Decimal(abv),
        **{field: state[field] for field in PLAIN_FIELDS},
    )


def _find_or_make_categories(
    names: Iterable[tuple[str, str]],
) -> dict[tuple[str, str], Category]:
    wanted = set(names)
    rows = Category.objects.filter(department__in={department for department, _ in wanted})
    known = {(row.department, row.name): row for row in rows}
    for department, name in sorted(wanted - known.keys()):
        known[department, name] = Category.objects.create(department=department, name=name)
    return known


def _save_barcodes(codes_of: Mapping[int, list[tuple[str, int]]]) -> None:
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
    """Give each product exactly these groups, as far as they exist still."""
    named = {name for names in groups_of.values() for name in names}
    ids = dict(ModifierGroup.objects.filter(name__in=named).values_list("name", "pk"))
    link = Product.modifier_groups.through
    link.objects.filter(product_id__in=groups_of).delete()
    link.objects.bulk_create(
        link(product_id=product_id, modifiergroup_id=ids[name])
        for product_id, names in groups_of.items()
        for name in names
        if name in ids
    )
