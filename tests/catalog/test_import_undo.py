"""An import can be taken back whole, as long as nobody has built on it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from django_subatomic.db import transaction

from apps.catalog.errors import ImportNotUndoable, ImportUnknown
from apps.catalog.models import Barcode, ImportRun, ModifierGroup, Price, Product
from apps.catalog.services.imports.undoing import undo_import
from apps.catalog.services.pricing import schedule_price
from apps.catalog.types import PricePoint
from apps.core.models import AuditEntry
from tests.factories import MANAGER
from tests.goods import receive, set_price

from .files import bottle, take_in, upc

if TYPE_CHECKING:
    from datetime import datetime

    from apps.stores.models import Store

    from .conftest import Asker

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def groups(db: None) -> None:
    for name in ("Milk", "Size", "Syrup"):
        ModifierGroup.objects.create(name=name)


def undo(run_id: UUID, now: datetime) -> ImportRun:
    with transaction():
        return undo_import(actor=MANAGER, run_id=run_id, now=now)


def catalog() -> dict[str, Any]:
    """All that is to be known of every product, by SKU."""
    state: dict[str, Any] = {}
    for product in Product.objects.select_related("category"):
        fields = Product.objects.filter(pk=product.pk).values().get()
        codes = product.barcodes.order_by("gtin").values_list("gtin", "pack_size", "is_active")
        prices = product.prices.order_by("starts_at").values_list("starts_at", "price_cents")
        names = product.modifier_groups.order_by("name").values_list("name", flat=True)
        state[product.sku] = [fields, str(product.category), list(codes), list(prices), list(names)]
    return state


def test_every_field_code_group_and_price_comes_back(now: datetime) -> None:
    before_it = bottle("A", barcodes=f"{upc(1)} {upc(2)}*6", modifier_groups="Milk|Size", cost="")
    take_in(before_it, bottle("B", volume_ml="", abv_percent=""), now=now)
    Barcode.objects.create(product=Product.objects.get(sku="A"), gtin="1" * 14, is_active=False)
    before = catalog()
    changed = dict.fromkeys(("minimum_age", "volume_ml", "abv_percent", "cost", "price"), "1")
    changed |= {"department": "Wine", "category": "Red", "vendor": "Acme", "name": "Red"}
    changed |= {"beverage_type": "wine", "tax_class": "GENERAL", "discontinued": "1"}
    report = take_in(
        bottle("A", **changed, barcodes=f"{upc(2)}*12 {upc(3)}", modifier_groups="Syrup"),
        bottle("B", **changed, tracks_stock="no", modifier_groups="Milk"),
        now=now + DAY,
    )
    assert (report.changed, catalog() == before) == (2, False)
    undo(report.run_id, now + 2 * DAY)
    assert catalog() == before


def test_the_old_price_is_charged_again_at_once(till: Asker, now: datetime) -> None:
    take_in(bottle(price="21.99"), now=now)
    product = Product.objects.get()
    report = take_in(bottle(price="1.00"), now=now + DAY)
    assert till.price(product.pk, now + DAY) == 100
    undo(report.run_id, now + 2 * DAY)
    assert till.price(product.pk, now + 2 * DAY) == 2199


def test_products_that_an_import_made_are_gone(now: datetime) -> None:
    report = take_in(bottle("A", barcodes=upc(1), modifier_groups="Milk"), bottle("B"), now=now)
    run = undo(report.run_id, now + DAY)
    assert (run.created_count, Product.objects.count()) == (2, 0)
    assert not Barcode.objects.exists()
    assert not Price.objects.exists()


def test_products_that_have_stock_are_switched_off_instead(store: Store, now: datetime) -> None:
    report = take_in(bottle("GONE"), bottle("KEPT"), bottle("TOO"), now=now)
    receive(store, Product.objects.get(sku="KEPT"), 12)
    undo(report.run_id, now + DAY)
    assert list(Product.objects.values_list("sku", "is_active")) == [("KEPT", False)]


def test_the_same_file_can_be_taken_in_again_after_an_undo(store: Store, now: datetime) -> None:
    rows = [bottle("A", barcodes=upc(1)), bottle("B", barcodes=upc(2))]
    report = take_in(*rows, now=now)
    receive(store, Product.objects.get(sku="A"), 12)
    undo(report.run_id, now + DAY)
    again = take_in(*rows, now=now + 2 * DAY)
    assert (again.created, again.changed, again.bad_rows) == (1, 1, [])
    assert Product.objects.filter(is_active=True).count() == 2


def test_products_that_were_as_they_are_are_left_alone(now: datetime) -> None:
    take_in(bottle("A"), bottle("B"), now=now)
    report = take_in(bottle("A"), bottle("B", price="1.00"), now=now + DAY)
    Product.objects.filter(sku="A").update(name="Changed by a manager since")
    undo(report.run_id, now + 2 * DAY)
    assert Product.objects.get(sku="A").name == "Changed by a manager since"


def test_an_undo_is_on_record_with_who_did_it(now: datetime) -> None:
    report = take_in(bottle(), now=now)
    undo(report.run_id, now + DAY)
    assert ImportRun.objects.get().undone_at == now + DAY
    entry = AuditEntry.objects.get(action="products.import_undone")
    assert (entry.subject, entry.actor_name) == (f"import:{report.run_id}", "Maria")


# --- Refusals -------------------------------------------------------------------------------------


def edit(product: Product) -> None:
    Product.objects.filter(pk=product.pk).update(name="Changed by a manager since")


def add_code(product: Product) -> None:
    Barcode.objects.create(product=product, gtin=upc(9).zfill(14))


def add_group(product: Product) -> None:
    product.modifier_groups.add(ModifierGroup.objects.get(name="Milk"))


def reprice(product: Product) -> None:
    set_price(product, 5, Price.objects.latest("starts_at").starts_at + DAY / 2)


@pytest.mark.parametrize("change", [edit, add_code, add_group, reprice])
def test_an_import_whose_products_were_changed_since_is_not_undone(
    change: Any, now: datetime
) -> None:
    take_in(bottle("A"), bottle("B"), now=now)
    report = take_in(*(bottle(sku, price="1.00") for sku in "AB"), now=now + DAY)
    change(Product.objects.get(sku="B"))
    before = catalog()
    with pytest.raises(ImportNotUndoable, match=r"^1 products were changed .*: B\.") as refusal:
        undo(report.run_id, now + 2 * DAY)
    assert refusal.value.facts == {"products": 1}
    assert catalog() == before


def test_a_change_to_a_product_that_an_import_made_keeps_it_too(now: datetime) -> None:
    report = take_in(bottle(), now=now)
    edit(Product.objects.get())
    with pytest.raises(ImportNotUndoable, match="BRB-1"):
        undo(report.run_id, now + DAY)


def test_an_import_is_undone_once(now: datetime) -> None:
    report = take_in(bottle(), now=now)
    undo(report.run_id, now + DAY)
    with pytest.raises(ImportNotUndoable, match="undone at 2026-11-23 17:00 UTC already"):
        undo(report.run_id, now + 2 * DAY)
    assert AuditEntry.objects.filter(action="products.import_undone").count() == 1


def test_an_import_that_never_was_is_not_undone(now: datetime) -> None:
    with pytest.raises(ImportUnknown):
        undo(uuid4(), now)


def test_imports_are_undone_in_reverse_order_alone(now: datetime) -> None:
    take_in(bottle("A"), now=now)
    before = catalog()
    first = take_in(bottle("A", price="1.00", barcodes=upc(1)), now=now + DAY)
    second = take_in(bottle("A", price="2.00", name="Rye"), now=now + 2 * DAY)
    with pytest.raises(ImportNotUndoable, match="undo the later change first"):
        undo(first.run_id, now + 3 * DAY)
    undo(second.run_id, now + 3 * DAY)
    undo(first.run_id, now + 3 * DAY)
    assert catalog() == before


def test_a_price_that_was_scheduled_before_the_undo_still_begins(
    till: Asker, now: datetime
) -> None:
    take_in(bottle(price="21.99"), now=now)
    product = Product.objects.get()
    report = take_in(bottle(price="1.00"), now=now + DAY)
    with transaction():
        schedule_price(
            actor=MANAGER,
            book_id=Price.objects.earliest("pk").book_id,
            product_id=product.pk,
            point=PricePoint(now + 9 * DAY, 999),
            now=now + DAY,
        )
    undo(report.run_id, now + 2 * DAY)
    assert [till.price(product.pk, now + days * DAY) for days in (8, 9)] == [2199, 999]
