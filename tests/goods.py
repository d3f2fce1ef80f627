"""Products, stock and baskets with good defaults: say only what the test is about."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django_subatomic.db import transaction

from apps.catalog.models import Barcode, Category, Price, PriceBook, Product, StorePriceBook
from apps.core.reference import bump_revision
from apps.inventory.services.moving import move_stock
from apps.inventory.types import Document, Move, MovementKind
from apps.stores.models import Store
from apps.stores.types import BeverageType, TaxClass
from tests.factories import MANAGER

if TYPE_CHECKING:
    from collections.abc import Sequence

PRICED_SINCE = datetime(2026, 1, 1, tzinfo=UTC)


def make_product(
    sku: str = "BRB-1",
    *,
    price_cents: int | None = 1999,
    barcodes: Sequence[tuple[str, int]] = (),
    on_hand: int | None = None,
    store: Store | None = None,
    **fields: Any,
) -> Product:
    """A bottle of bourbon that every store of the standard book sells; say what differs.

    `on_hand` puts that many base units on the shelf of `store` by a receipt.
    """
    category, _ = Category.objects.get_or_create(department="Spirits", name="Bourbon")
    defaults: dict[str, Any] = {
        "name": f"Bourbon {sku}",
        "category": category,
        "beverage_type": BeverageType.SPIRITS,
        "tax_class": TaxClass.ALCOHOL,
        "volume_ml": 750,
        "abv_percent": Decimal("40.0"),
    }
    product = Product.objects.create(sku=sku, **{**defaults, **fields})
    for code, pack_size in barcodes:
        Barcode.objects.create(product=product, gtin=code.zfill(14), pack_size=pack_size)
    if price_cents is not None:
        set_price(product, price_cents, PRICED_SINCE)
    if on_hand is not None:
        receive(store or Store.objects.get(), product, on_hand)
    return product


def make_snack(sku: str = "CHP-1", **fields: Any) -> Product:
    """A bag of chips: no age, no hours, no tax in a package store."""
    dry: dict[str, Any] = {
        "name": f"Chips {sku}",
        "beverage_type": BeverageType.NONE,
        "tax_class": TaxClass.SNACK,
        "volume_ml": None,
        "abv_percent": None,
        "price_cents": 199,
    }
    return make_product(sku, **{**dry, **fields})


def set_price(product: Product, price_cents: int, starts_at: datetime) -> Price:
    """A price in the standard book, which every store without another book sells by."""
    book, _ = PriceBook.objects.get_or_create(code="STANDARD", defaults={"name": "Standard"})
    for store in Store.objects.filter(price_book_link__isnull=True):
        StorePriceBook.objects.create(store=store, book=book)
    price = Price.objects.create(
        book=book,
        product=product,
        starts_at=starts_at,
        price_cents=price_cents,
        created_at=starts_at,
        created_by="factory",
    )
    with transaction():
        bump_revision()
    return price


def receive(store: Store, product: Product, quantity: int) -> None:
    """Goods in."""
    document = Document(uuid4(), MovementKind.RECEIPT, store.pk, "delivery")
    with transaction():
        move_stock(
            actor=MANAGER,
            document=document,
            moves=[Move(product.pk, quantity)],
            now=datetime.now(UTC),
        )


# --- Orders ---------------------------------------------------------------------------------------

ADULT = {
    "method": "typed",
    "document": "driver_license",
    "date_of_birth": "1980-01-01",
    "expires_on": "2099-01-01",
}


def basket(*lines: Product | dict[str, Any], cash: int | None = 10_000_000, **fields: Any) -> Any:
    """The body of an order: one of each product, or lines as given, paid in cash by an adult."""
    tenders = [] if cash is None else [{"kind": "cash", "amount_cents": cash}]
    body = {
        "id": str(uuid4()),
        "lines": [line if isinstance(line, dict) else line_of(line) for line in lines],
        "age_check": ADULT,
        "tenders": tenders,
    }
    return {**body, **fields}


def line_of(product: Product, quantity: int = 1, **fields: Any) -> dict[str, Any]:
    """A line of an order by product id."""
    return {"id": str(uuid4()), "product_id": product.pk, "quantity": quantity, **fields}
