"""Rows with good defaults, for every test: say only what the test is about."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.contrib.auth.hashers import make_password
from django.test import Client
from django_subatomic.db import transaction

from apps.catalog.models import Barcode, Category, Price, PriceBook, Product, StorePriceBook
from apps.core.reference import bump_revision
from apps.core.types import Actor, ActorKind
from apps.inventory.services.moving import move_stock
from apps.inventory.types import Document, Move, MovementKind
from apps.stores.models import (
    Licence,
    SellingHours,
    Staff,
    Store,
    TaxJurisdiction,
    TaxRate,
    TaxTreatment,
    Terminal,
    TillSession,
)
from apps.stores.selectors import find_paired_terminal, find_till, hash_token
from apps.stores.services import reference_data
from apps.stores.types import (
    BeverageType,
    LicenceKind,
    OutletKind,
    PairedTerminal,
    Role,
    TaxClass,
    Till,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.test.client import _MonkeyPatchedWSGIResponse as ApiResponse

MANAGER = Actor(ActorKind.USER, "7", "Maria", "user:7")
LICENSED_SINCE = date(2020, 1, 1)
SESSION_LIFE = timedelta(hours=12)
PIN = "4071"


def make_store(
    code: str = "BRW",
    *,
    county: str = "Broward",
    outlet_kind: OutletKind = OutletKind.PACKAGE_STORE,
    licence: str | None = LicenceKind.PS_3,
    timezone: str = "America/New_York",
    all_day: bool = False,
    **fields: Any,
) -> Store:
    """A store under the law of its county; `all_day` sells alcohol around the clock."""
    _file_treatments()
    store = Store.objects.create(
        code=code,
        outlet_kind=outlet_kind,
        timezone=timezone,
        jurisdiction=make_county(county),
        **{"name": f"{county} Liquors", "address": "1 Main Street", **fields},
    )
    if licence:
        Licence.objects.create(
            store=store, kind=licence, number=f"{code}-1", valid_from=LICENSED_SINCE
        )
    if all_day:
        SellingHours.objects.bulk_create(
            SellingHours(store=store, weekday=day, opens_minute=0, closes_minute=1440)
            for day in range(7)
        )
    return store


def make_county(name: str = "Broward") -> TaxJurisdiction:
    """A Florida county with the rates that stand in the reference tables."""
    rows = [row for row in reference_data._rows("florida_tax_rates.csv") if row["county"] == name]
    county, is_new = TaxJurisdiction.objects.get_or_create(fips=rows[0]["fips"], name=name)
    if is_new:
        TaxRate.objects.bulk_create(
            TaxRate(
                jurisdiction=county,
                effective_from=date.fromisoformat(row["effective_from"]),
                state_rate=row["state_rate"],
                surtax_rate=row["surtax_rate"],
            )
            for row in rows
        )
    return county


def make_terminal(store: Store, number: int = 1) -> Terminal:
    """A till that is not paired yet."""
    return Terminal.objects.create(store=store, number=number, name=f"Till {number}")


def make_staff(store: Store, role: Role = Role.CASHIER, code: str = "ana", pin: str = PIN) -> Staff:
    """Somebody who works in a store."""
    staff = Staff.objects.create(
        code=code, name=code.capitalize(), role=role, pin_hash=make_password(pin)
    )
    staff.stores.add(store)
    return staff


@dataclass(frozen=True, slots=True)
class Checkout:
    """A paired till and the cashier who works at it, with nobody logged in."""

    store: Store
    terminal: Terminal
    token: str
    staff: Staff

    @property
    def paired(self) -> PairedTerminal:
        """The till as its own token presents it."""
        paired = find_paired_terminal(token=self.token)
        assert paired is not None
        return paired


def make_checkout(store: Store | None = None) -> Checkout:
    """A till paired without a code, where Ana may log in."""
    store = store or make_store()
    token = f"tht_{secrets.token_urlsafe(32)}"
    terminal = make_terminal(store)
    terminal.token_hash = hash_token(token)
    terminal.save(update_fields=["token_hash"])
    return Checkout(store, terminal, token, make_staff(store))


def open_till(
    store: Store | None = None,
    role: Role = Role.CASHIER,
    *,
    code: str = "ana",
    number: int = 1,
    now: datetime | None = None,
) -> tuple[Till, str]:
    """Somebody logged in at a new terminal since `now` (this instant), and their token."""
    now = now or datetime.now(UTC)
    store = store or make_store()
    token = f"ths_{secrets.token_urlsafe(32)}"
    TillSession.objects.create(
        terminal=make_terminal(store, number),
        staff=make_staff(store, role, code),
        token_hash=hash_token(token),
        created_at=now,
        last_seen_at=now,
        expires_at=now + SESSION_LIFE,
    )
    till = find_till(token=token, now=now)
    assert till is not None
    return till, token


@dataclass(frozen=True, slots=True)
class ApiClient:
    """A terminal program: sends JSON under /api/v1/ and carries its token."""

    token: str | None
    client: Client = field(default_factory=Client)

    def get(self, path: str, **query: str) -> ApiResponse:
        return self.client.get(f"/api/v1/{path}", query, headers=self._headers(None))

    def post(self, path: str, body: Any = None, *, key: str | None = None) -> ApiResponse:
        return self.client.post(
            f"/api/v1/{path}",
            {} if body is None else body,
            content_type="application/json",
            headers=self._headers(key),
        )

    def delete(self, path: str) -> ApiResponse:
        return self.client.delete(f"/api/v1/{path}", headers=self._headers(None))

    def _headers(self, key: str | None) -> dict[str, str]:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return headers if key is None else {**headers, "Idempotency-Key": key}


def api_client(token: str | None = None) -> ApiClient:
    """A client that presents `token`; without one, a stranger."""
    return ApiClient(token)


def _file_treatments() -> None:
    """Put on file what is taxed where, unless it is there."""
    if TaxTreatment.objects.exists():
        return
    columns = {OutletKind.PACKAGE_STORE: "package_store", OutletKind.CAFE: "cafe"}
    TaxTreatment.objects.bulk_create(
        TaxTreatment(
            tax_class=row["tax_class"],
            outlet_kind=kind,
            effective_from=reference_data.TREATMENTS_FROM,
            is_taxable=row[column] == "taxable",
        )
        for row in reference_data._rows("florida_tax_classes.csv")
        for kind, column in columns.items()
    )


# --- Catalog and stock ----------------------------------------------------------------------------

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
