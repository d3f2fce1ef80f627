"""Reads of the catalog."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.functions import Concat

from apps.catalog import shelf
from apps.catalog.errors import BarcodeInvalid, BarcodeUnknown
from apps.catalog.gtin import CodeInvalid, ScannedCode, read_scan
from apps.catalog.models import Barcode, Price, Product
from apps.catalog.types import Item, Scanned

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from django.db.models import QuerySet

    from apps.stores.types import StoreProfile


def get_scanned(*, store: StoreProfile, scan: str, revision: int, now: datetime) -> Scanned:
    """The active product behind a scan, from the shelf where it is known.

    Raises:
        BarcodeInvalid: it is no product code.
        BarcodeUnknown: no active product has it.
    """
    scanned, _ = find_on_shelf(
        store=store, scans=[scan], product_ids=(), revision=revision, now=now
    )
    found = scanned.get(scan)
    if found is None or not found.item.is_active:
        raise BarcodeUnknown("No active product has this barcode.", barcode=scan)
    return found


def find_on_shelf(
    *,
    store: StoreProfile,
    scans: Collection[str],
    product_ids: Collection[int],
    revision: int,
    now: datetime,
    at: datetime | None = None,
) -> tuple[dict[str, Scanned], dict[int, Item]]:
    """Products by scan and by id, active or not; what does not exist is left out.

    No statement when the shelf has them all, one when it has not. With the prices since `at`, the
    instant of a sale that arrives late: the shelf keeps them for a minute, then they are fetched.

    Raises:
        BarcodeInvalid: a scan is no product code.
    """
    codes = {scan: _read(scan, store) for scan in scans}
    gtins = {gtin for code in codes.values() for gtin in code.candidates}
    found = shelf.take(shelf.Wanted(store.id, revision, now, gtins, product_ids, at))
    scanned = {}
    for scan, code in codes.items():
        gtin = next((gtin for gtin in code.candidates if gtin in found.codes), None)
        if gtin is not None:
            product_id, pack_size = found.codes[gtin]
            scanned[scan] = Scanned(found.items[product_id], gtin, pack_size, code.price_cents)
    return scanned, found.items


def list_items_by_id(
    *, store: StoreProfile, product_ids: Sequence[int], revision: int, now: datetime
) -> list[Item]:
    """These products, in their order, as the store sells them."""
    found = shelf.take(shelf.Wanted(store.id, revision, now, (), product_ids))
    return [found.items[pk] for pk in product_ids if pk in found.items]


def list_products_of(
    *, store: StoreProfile, search: str = "", category: str = "", now: datetime
) -> QuerySet[Product]:
    """Active products with a price in the store, narrowed by a search text or a category.

    The text is looked for in names and barcodes, and compared with SKUs; a category is the name of
    a category or a department. `name_and_sku` is there to sort by: no two products share it.
    """
    priced = Price.objects.filter(
        book__store_links__store=store.id, product=OuterRef("pk"), starts_at__lte=now
    )
    products = Product.objects.filter(Exists(priced), is_active=True).annotate(
        name_and_sku=Concat("name", Value(" "), "sku")
    )
    if category:
        products = products.filter(
            Q(category__name__iexact=category) | Q(category__department__iexact=category)
        )
    if search:
        by_code = Barcode.objects.filter(gtin__contains=search, is_active=True).values("product")
        products = products.filter(
            Q(name__icontains=search) | Q(sku__iexact=search) | Q(pk__in=by_code)
        )
    return products


def list_product_ids(*, sku_prefix: str, tracks_stock: bool | None = None) -> list[int]:
    """Active products whose SKU begins so, by SKU; only those that (do not) track stock if said."""
    products = Product.objects.filter(sku__startswith=sku_prefix, is_active=True)
    if tracks_stock is not None:
        products = products.filter(tracks_stock=tracks_stock)
    return list(products.order_by("sku").values_list("pk", flat=True))


def find_pack(*, code: str) -> tuple[int, int] | None:
    """Product id and pack size behind an SKU or a barcode of an active product, or None."""
    product = Product.objects.filter(sku__iexact=code.strip(), is_active=True).first()
    if product:
        return product.pk, 1
    try:
        candidates = read_scan(code).candidates
    except CodeInvalid:
        return None
    found = Barcode.objects.filter(gtin__in=candidates, is_active=True, product__is_active=True)
    packs = {code.gtin: (code.product_id, code.pack_size) for code in found}
    return next((packs[gtin] for gtin in candidates if gtin in packs), None)


def list_known_products(*, product_ids: Collection[int]) -> set[int]:
    """Those of the ids that are products."""
    return set(Product.objects.filter(pk__in=product_ids).values_list("pk", flat=True))


def list_skus(*, product_ids: Collection[int]) -> dict[int, str]:
    """The SKUs of these products by their ids, in one statement."""
    return dict(Product.objects.filter(pk__in=product_ids).values_list("pk", "sku"))


def list_names_by_sku(*, skus: Collection[str]) -> dict[str, str]:
    """The name of each of these SKUs that this installation knows."""
    return dict(Product.objects.filter(sku__in=list(skus)).values_list("sku", "name"))


def list_skus_named(*, search: str, most: int) -> list[str]:
    """SKUs of products whose name holds a text, by name."""
    named = Product.objects.filter(name__icontains=search).order_by("name", "sku")
    return list(named.values_list("sku", flat=True)[:most])


def list_costs(*, product_ids: Collection[int]) -> dict[int, int]:
    """What a base unit costs the shop, by product, where it is known."""
    known = Product.objects.filter(pk__in=product_ids, unit_cost_cents__isnull=False)
    return {pk: cents or 0 for pk, cents in known.values_list("pk", "unit_cost_cents")}


def _read(scan: str, store: StoreProfile) -> ScannedCode:
    try:
        code = read_scan(scan, price_digits=store.price_in_barcode_digits)
    except CodeInvalid as error:
        raise BarcodeInvalid(str(error), barcode=scan) from error
    if code.price_cents == 0:  # what a scale prints where the price has too many digits
        raise BarcodeInvalid("The label carries no price: weigh it again.", barcode=scan)
    return code
