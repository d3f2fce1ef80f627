"""What a fact says that it moved is what the ledger of stock says of it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from apps.inventory.models import StockMovement
from apps.stores.types import Role
from tests.conftest import NOON
from tests.factories import make_store, open_till
from tests.facts import told_once
from tests.goods import line_of, make_product, make_snack

from .blind import return_blind
from .returns import some_of, take_back
from .sales import sold, voided

if TYPE_CHECKING:
    from apps.catalog.models import Product
    from apps.stores.types import Till

pytestmark = pytest.mark.django_db
CASE, BOTTLE = "619947000020", "455569011774"


@pytest.fixture
def till(db: None) -> Till:
    store = make_store()
    open_till(store, Role.SHIFT_LEAD, code="ben", number=2, now=NOON)
    return open_till(store, Role.SHIFT_LEAD, code="eva", now=NOON)[0]


@pytest.fixture
def bourbon(till: Till) -> Product:
    return make_product(barcodes=[(BOTTLE, 1), (CASE, 12)], on_hand=100)


def moved_of(document_id: str, kind: str) -> dict[str, int]:
    """What the ledger says, by SKU."""
    rows = StockMovement.objects.filter(document_id=UUID(document_id), kind=kind)
    return {row.product.sku: row.quantity for row in rows.select_related("product")}


def test_a_case_and_a_bottle_are_thirteen_bottles_out(till: Till, bourbon: Product) -> None:
    case = {"id": str(uuid4()), "barcode": CASE, "quantity": 1}
    order = sold(till, case, bourbon)
    fact = told_once("order.completed")
    assert fact.payload["moved"] == {"BRB-1": -13} == moved_of(order["id"], "SALE")


def test_what_is_made_to_order_moves_nothing(till: Till) -> None:
    coffee = make_snack("LATTE", tracks_stock=False)
    order = sold(till, coffee)
    assert told_once("order.completed").payload["moved"] == {}
    voided(till, order["id"])
    assert told_once("order.voided").payload["moved"] == {}


def test_a_void_puts_every_line_back(till: Till, bourbon: Product) -> None:
    chips = make_snack(on_hand=10)
    order = sold(till, bourbon, line_of(bourbon, 2), chips)
    voided(till, order["id"])
    fact = told_once("order.voided")
    assert fact.payload["moved"] == {"BRB-1": 3, "CHP-1": 1} == moved_of_both(order["id"])


def moved_of_both(order_id: str) -> dict[str, int]:
    """As `moved_of` a void, where a product may stand on several lines."""
    sums: dict[str, int] = {}
    for row in StockMovement.objects.filter(document_id=UUID(order_id), kind="VOID"):
        sums[row.product.sku] = sums.get(row.product.sku, 0) + row.quantity
    return sums


def test_a_return_puts_back_what_can_be_sold_again(till: Till, bourbon: Product) -> None:
    chips = make_snack(on_hand=10)
    order = sold(till, line_of(bourbon, 2), chips)
    take_back(till, order, some_of(order, 2), some_of(order, line=1, restock=False))
    assert told_once("return.completed").payload["moved"] == {"BRB-1": 2}
    assert moved_of(order["id"], "RETURN") == {"BRB-1": 2}


def test_goods_without_a_receipt_do_the_same(till: Till, bourbon: Product) -> None:
    line = {"product_id": bourbon.pk, "quantity": 1, "restock": True}
    return_blind(till, line, "2" + "0" * 19, now=NOON)
    fact = told_once("return.without_receipt")
    assert fact.payload["moved"] == {"BRB-1": 1}
    assert moved_of(fact.payload["returned"]["id"], "RETURN") == {"BRB-1": 1}


def test_what_comes_back_goes_by_the_name_that_the_product_has_now(
    till: Till, bourbon: Product
) -> None:
    order = sold(till, bourbon)
    type(bourbon).objects.filter(pk=bourbon.pk).update(sku="BRB-NEW")
    voided(till, order["id"])
    assert told_once("order.voided").payload["moved"] == {"BRB-NEW": 1}
