"""Every line of a basket is something this store may sell today, at a price that is known."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.catalog import offers, shelf
from apps.catalog.errors import BarcodeInvalid
from apps.catalog.gtin import check_digit, scale_code
from apps.orders.errors import LineBarcodeUnknown, ProductNotSellable
from apps.orders.services.assembling import assemble
from apps.orders.services.promising import Promise
from apps.stores.errors import StoreNotReady
from apps.stores.types import BeverageType, LicenceKind, TaxClass
from tests.conftest import NOON
from tests.factories import make_store, open_till
from tests.goods import basket, line_of, make_product, make_snack

from .sales import ask, fresh

if TYPE_CHECKING:
    from apps.catalog.models import Product
    from apps.orders.services.assembling import Assembled
    from apps.orders.types import BasketLine
    from apps.stores.types import Till

BOTTLE, CASE = "619947000020", "10619947000027"


def assembled(till: Till, *lines: Any, now: datetime = NOON) -> Assembled:
    return assemble(till=fresh(till), request=ask(basket(*lines)), promise=Promise(), now=now)


def only_line(till: Till, line: Any, *, now: datetime = NOON) -> BasketLine:
    (priced,) = assembled(till, line, now=now).basket.lines
    return priced.line


def scan(barcode: str, quantity: int = 1) -> dict[str, Any]:
    return {"id": str(uuid4()), "barcode": barcode, "quantity": quantity}


def test_a_product_is_found_by_its_barcode(till: Till) -> None:
    product = make_product(barcodes=[(BOTTLE, 1)])
    line = only_line(till, scan(BOTTLE, 2))
    assert (line.item.id, line.gtin, line.quantity) == (product.pk, BOTTLE.zfill(14), 2)
    assert (line.pack_size, line.unit_price_cents, line.base_units) == (1, 1999, 2)


def test_a_product_is_found_by_its_id(till: Till, bourbon: Product) -> None:
    line = only_line(till, line_of(bourbon, 3))
    assert (line.item.id, line.gtin, line.quantity, line.pack_size) == (bourbon.pk, "", 3, 1)


def test_a_case_is_so_many_bottles_at_so_many_times_the_price(till: Till) -> None:
    make_product(barcodes=[(BOTTLE, 1), (CASE, 12)])
    line = only_line(till, scan(CASE, 2))
    assert (line.pack_size, line.unit_price_cents, line.base_units) == (12, 12 * 1999, 24)


def test_the_scale_has_priced_what_it_weighed(till: Till) -> None:
    cheese = make_snack("CHS-1", price_cents=None, barcodes=[(scale_code("200123"), 1)])
    body = "200123" + "0" + "0499"
    line = only_line(till, scan(body + check_digit(body), 2))
    assert (line.item.id, line.unit_price_cents, line.quantity) == (cheese.pk, 499, 2)


def test_lines_keep_their_ids_their_order_and_their_notes(till: Till, bourbon: Product) -> None:
    lines = [line_of(bourbon, note="gift"), line_of(make_snack()), line_of(bourbon, 2)]
    basket_lines = [priced.line for priced in assembled(till, *lines).basket.lines]
    assert [str(line.id) for line in basket_lines] == [line["id"] for line in lines]
    assert [line.note for line in basket_lines] == ["gift", "", ""]


# --- What is not sold -----------------------------------------------------------------------------


def refuse(till: Till, line: Any) -> ProductNotSellable:
    """The refusal of a basket whose second line cannot be sold."""
    with pytest.raises(ProductNotSellable) as refusal:
        assembled(till, line_of(make_snack("OK-1")), line)
    (fault,) = refusal.value.errors
    assert (fault.pointer, fault.code) == ("/lines/1", "product-not-sellable")
    return refusal.value


def test_an_unknown_barcode_is_refused_with_its_line(till: Till, bourbon: Product) -> None:
    with pytest.raises(LineBarcodeUnknown, match=BOTTLE) as refusal:
        assembled(till, bourbon, scan(BOTTLE))
    assert [fault.pointer for fault in refusal.value.errors] == ["/lines/1/barcode"]


def test_a_scan_that_is_no_product_code_is_refused(till: Till) -> None:
    with pytest.raises(BarcodeInvalid):
        assembled(till, scan("619947000021"))


def test_an_unknown_product_is_refused(till: Till) -> None:
    line = line_of(make_snack("OK-2"))
    assert "999999" in refuse(till, {**line, "product_id": 999_999}).detail


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"is_active": False}, "taken off the shelf"),
        ({"price_cents": None}, "no price in Broward Liquors"),
        ({"volume_ml": 1751}, "565.10"),
        ({"abv_percent": "76.6"}, "565.07"),
        ({"beverage_type": BeverageType.WINE, "volume_ml": 4000}, "564.05"),
        ({"beverage_type": BeverageType.BEER, "volume_ml": 1000}, "563.06"),
        (
            {"beverage_type": BeverageType.NONE, "tax_class": TaxClass.GROCERY},
            "565.04",
        ),
    ],
)
def test_what_may_not_be_sold_is_refused_with_the_reason(
    till: Till, fields: dict[str, Any], reason: str
) -> None:
    assert reason in refuse(till, make_product(**fields)).detail


@pytest.mark.parametrize(
    "fields", [{"volume_ml": 1750}, {"abv_percent": "76.5"}, {"volume_ml": None}]
)
def test_what_is_just_within_the_limits_is_sold(till: Till, fields: dict[str, Any]) -> None:
    product = make_product(**fields)
    assert only_line(till, line_of(product)).item.id == product.pk


def test_a_barcode_of_an_inactive_product_is_refused(till: Till) -> None:
    make_product(barcodes=[(BOTTLE, 1)], is_active=False)
    assert "taken off the shelf" in refuse(till, scan(BOTTLE)).detail


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("licence", "beverage", "is_covered"),
    [
        (LicenceKind.PS_1, BeverageType.BEER, True),
        (LicenceKind.PS_1, BeverageType.WINE, False),
        (LicenceKind.PS_2, BeverageType.WINE, True),
        (LicenceKind.PS_2, BeverageType.SPIRITS, False),
        (None, BeverageType.BEER, False),
        (None, BeverageType.NONE, True),
    ],
)
def test_a_store_sells_what_its_licence_covers(
    licence: str | None, beverage: BeverageType, *, is_covered: bool
) -> None:
    till, _token = open_till(make_store(licence=licence), now=NOON)
    product = make_product(beverage_type=beverage, volume_ml=500)
    if is_covered:
        assert only_line(till, line_of(product)).item.id == product.pk
    else:
        assert "does not cover" in refuse(till, product).detail


def test_a_store_without_tax_rates_sells_nothing(till: Till, chips: Product) -> None:
    with pytest.raises(StoreNotReady):
        assembled(till, chips, now=datetime(1990, 1, 1, 17, tzinfo=UTC))


# --- Prices ---------------------------------------------------------------------------------------


def test_another_price_is_charged_and_named_by_its_line(till: Till, bourbon: Product) -> None:
    lines = [line_of(bourbon), line_of(bourbon, unit_price_cents=999)]
    result = assembled(till, *lines)
    assert [line.line.unit_price_cents for line in result.basket.lines] == [1999, 999]
    (line,) = result.overridden
    assert (line.position, line.lawful_cents, line.price_cents) == (1, 1999, 999)


def test_the_lawful_price_said_aloud_is_no_other_price(till: Till, bourbon: Product) -> None:
    assert assembled(till, line_of(bourbon, unit_price_cents=1999)).overridden == ()


def test_nothing_is_another_price_too(till: Till, bourbon: Product) -> None:
    result = assembled(till, line_of(bourbon, unit_price_cents=0))
    assert [line.percent for line in result.overridden] == [100]
    assert result.basket.total_cents == 0


def test_a_promised_price_is_charged_per_base_unit(till: Till) -> None:
    product = make_product(barcodes=[(CASE, 12)])
    request = ask(basket(scan(CASE)))
    result = assemble(
        till=fresh(till), request=request, promise=Promise({product.pk: 1500}, holds=True), now=NOON
    )
    assert (result.basket.subtotal_cents, result.overridden) == (12 * 1500, ())


# --- Statements -----------------------------------------------------------------------------------


def test_fifty_lines_cost_as_many_statements_as_one(till: Till) -> None:
    products = [make_product(f"BRB-{n}", barcodes=[(str(10_000 + n), 1)]) for n in range(50)]
    counts = []
    for number in (1, 50):
        shelf.clear()
        offers.clear()
        request, current = ask(basket(*products[:number])), fresh(till)
        with CaptureQueriesContext(connection) as captured:
            assemble(till=current, request=request, promise=Promise(), now=NOON)
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 3
