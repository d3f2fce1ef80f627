"""POST orders: every refusal of the contract, and each leaves the books as they were."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.utils import timezone
from django_subatomic.db import transaction

from apps.catalog.models import Modifier, ModifierGroup, Product
from apps.core.reference import bump_revision
from apps.stores.models import Licence, TaxRate
from apps.stores.services.terminals import revoke_terminal
from apps.stores.types import BeverageType, LicenceKind, Role, TaxClass
from tests.factories import MANAGER
from tests.goods import ADULT, basket, line_of, make_product, make_snack
from tests.orders.cards import card
from tests.orders.sales import count_rows

from .wire import log_in, pointers, refusal, sell, sold, without

if TYPE_CHECKING:
    import time_machine

    from apps.stores.models import Store
    from tests.factories import ApiClient

NIGHT = datetime(2026, 11, 23, 8, tzinfo=UTC)  # three in the morning in Florida
DAY_21 = {**ADULT, "date_of_birth": "2005-11-22"}
PENSIONER = {**ADULT, "date_of_birth": "1940-02-29"}

AGE_CHECKS: dict[str, tuple[str, dict[str, Any] | None]] = {
    "no document": ("age-check-required", None),
    "a child's licence, typed": ("age-check-underage", {**ADULT, "date_of_birth": "2005-11-23"}),
    "a child's licence, scanned": (
        "age-check-underage",
        {"method": "scan", "barcode_data": card(born=date(2010, 1, 1))},
    ),
    "expired, typed": ("age-check-expired-document", {**ADULT, "expires_on": "2026-11-21"}),
    "expired, scanned": (
        "age-check-expired-document",
        {"method": "scan", "barcode_data": card(expires=date(2026, 11, 21))},
    ),
    "a bottle instead of a licence": (
        "age-check-unreadable",
        {"method": "scan", "barcode_data": "619947000020"},
    ),
    "an empty scan": ("age-check-unreadable", {"method": "scan", "barcode_data": " "}),
    "born tomorrow": ("age-check-unreadable", {**ADULT, "date_of_birth": "2026-11-23"}),
}


def refused(api: ApiClient, body: Any) -> dict[str, Any]:
    """The problem that a basket comes to; it must have written nothing."""
    before = count_rows()
    response = sell(api, body)
    status, code = refusal(response)
    assert count_rows() == before
    document: dict[str, Any] = response.json()
    return {"is": (status, code), "pointers": pointers(response), **document}


# --- The buyer ------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", AGE_CHECKS)
def test_a_bottle_is_not_sold_on_a_document_that_proves_no_age(
    api: ApiClient, bourbon: Product, case: str
) -> None:
    code, age_check = AGE_CHECKS[case]
    assert refused(api, basket(bourbon, age_check=age_check))["is"] == (422, code)


def test_the_refusal_names_the_age_and_nothing_of_the_document(
    api: ApiClient, bourbon: Product
) -> None:
    body = basket(bourbon, age_check={**ADULT, "date_of_birth": "2009-03-07"})
    response = sell(api, body)
    assert response.json()["minimum_age"] == 21
    assert b"2009" not in response.content


@pytest.mark.parametrize(
    "age_check", [DAY_21, PENSIONER, {"method": "scan", "barcode_data": card()}]
)
def test_a_bottle_is_sold_from_the_twenty_first_birthday_on(
    api: ApiClient, bourbon: Product, age_check: dict[str, Any]
) -> None:
    assert sold(api, bourbon, age_check=age_check)["age_check"] == {
        "outcome": "accepted",
        "method": age_check["method"],
    }


def test_chips_are_sold_to_anybody(api: ApiClient, chips: Product) -> None:
    body = without(basket(chips), "age_check")
    assert sell(api, body).json()["age_check"] is None


# --- The hour -------------------------------------------------------------------------------------


def test_alcohol_at_night_is_refused_with_the_hour_of_opening(
    store: Store, bourbon: Product, chips: Product, clock: time_machine.Traveller
) -> None:
    clock.move_to(NIGHT)
    api = log_in(store, Role.CASHIER)
    problem = refused(api, basket(chips, bourbon))
    assert problem["is"] == (422, "outside-selling-hours")
    assert problem["opens_at"] == "2026-11-23T12:00:00Z"
    assert sold(api, chips)["business_date"] == "2026-11-22"


# --- The goods ------------------------------------------------------------------------------------

UNSELLABLE: dict[str, dict[str, Any]] = {
    "no price here": {"price_cents": None},
    "off the shelf": {"is_active": False},
    "spirits in a gallon": {"volume_ml": 3785},
    "spirits of 160 proof": {"abv_percent": "80.0"},
    "a wine of two gallons": {"beverage_type": BeverageType.WINE, "volume_ml": 7570},
    "beer of 40 ounces": {"beverage_type": BeverageType.BEER, "volume_ml": 1183},
    "bread in a package store": {
        "beverage_type": BeverageType.NONE,
        "tax_class": TaxClass.GROCERY,
    },
}


@pytest.mark.parametrize("case", UNSELLABLE)
def test_a_product_that_may_not_be_sold_is_named_by_its_line(
    api: ApiClient, chips: Product, case: str
) -> None:
    product = make_product("X-1", **UNSELLABLE[case])
    problem = refused(api, basket(chips, product))
    assert problem["is"] == (422, "product-not-sellable")
    assert problem["pointers"] == ["/lines/1"]


def test_a_product_that_nobody_has_is_not_sold(api: ApiClient, chips: Product) -> None:
    line = {**line_of(chips), "product_id": 987_654_321}
    problem = refused(api, basket(chips, line))
    assert (problem["is"], problem["pointers"]) == ((422, "product-not-sellable"), ["/lines/1"])


@pytest.mark.parametrize("kind", [LicenceKind.PS_2, LicenceKind.COP_1, None])
def test_a_licence_that_does_not_cover_spirits_sells_none(
    api: ApiClient, bourbon: Product, kind: LicenceKind | None
) -> None:
    Licence.objects.update(kind=kind) if kind else Licence.objects.all().delete()
    with transaction():
        bump_revision()
    assert refused(api, basket(bourbon))["is"] == (422, "product-not-sellable")


def test_a_licence_that_ended_yesterday_sells_nothing(api: ApiClient, bourbon: Product) -> None:
    Licence.objects.update(valid_until="2026-11-21")
    with transaction():
        bump_revision()
    assert refused(api, basket(bourbon))["is"] == (422, "product-not-sellable")


def test_a_store_without_tax_rates_sells_nothing(api: ApiClient, chips: Product) -> None:
    TaxRate.objects.all().delete()
    with transaction():
        bump_revision()
    assert refused(api, basket(chips))["is"] == (422, "store-not-ready")


@pytest.mark.parametrize(
    ("barcode", "code"), [("619947000020", "barcode-unknown"), ("619947000021", "barcode-invalid")]
)
def test_a_line_with_a_barcode_that_means_nothing_is_refused_and_named(
    api: ApiClient, chips: Product, barcode: str, code: str
) -> None:
    line = {"id": str(uuid4()), "barcode": barcode, "quantity": 1}
    assert refused(api, basket(chips, line))["is"] == (422, code)


def test_modifiers_that_do_not_fit_are_named_by_their_line(api: ApiClient, chips: Product) -> None:
    group = ModifierGroup.objects.create(name="Size", minimum=1, maximum=1)
    Modifier.objects.create(group=group, name="Large", price_cents=50)
    coffee = make_snack("CF-1")
    coffee.modifier_groups.add(group)
    problem = refused(api, basket(chips, coffee))
    assert problem["is"] == (422, "modifier-invalid")
    assert problem["pointers"] == ["/lines/1/modifiers"]


def test_a_price_of_ones_own_needs_an_approval_that_names_its_action(
    api: ApiClient, chips: Product
) -> None:
    problem = refused(api, basket(chips, line_of(chips, unit_price_cents=1)))
    assert problem["is"] == (403, "approval-required")
    assert (problem["action"], problem["lines"]) == ("override-price", [1])


# --- The money ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("cash", "tip", "missing"), [(198, 0, 1), (0, 0, 199), (199, 50, 50)])
def test_too_little_money_is_refused_with_what_is_missing(
    api: ApiClient, chips: Product, cash: int, tip: int, missing: int
) -> None:
    problem = refused(api, basket(chips, cash=cash, tip_cents=tip))
    assert problem["is"] == (422, "tender-insufficient")
    assert (problem["total_cents"], problem["missing_cents"]) == (199 + tip, missing)


def test_an_order_without_tenders_is_not_paid(api: ApiClient, chips: Product) -> None:
    assert refused(api, without(basket(chips), "tenders"))["is"] == (422, "tender-insufficient")


@pytest.mark.parametrize(
    ("key", "said"), [("sk_test_x", "Take the card again"), ("", "This shop takes cash only")]
)
def test_a_card_that_nobody_authorised_pays_nothing(
    api: ApiClient, chips: Product, settings: Any, key: str, said: str
) -> None:
    settings.STRIPE_SECRET_KEY = key
    payment = str(uuid4())
    card_tender = {"kind": "card", "payment_id": payment, "amount_cents": 199}
    body = basket(chips, tenders=[{"kind": "cash", "amount_cents": 199}, card_tender])
    problem = refused(api, body)
    assert problem["is"] == (409, "payment-not-capturable")
    assert problem["detail"].startswith(said)
    assert (problem["payment_id"], problem["order_id"]) == (payment, body["id"])


# --- The order ------------------------------------------------------------------------------------


def test_an_order_id_is_taken_once(api: ApiClient, second_api: ApiClient, chips: Product) -> None:
    order = sold(api, chips)
    for till in (api, second_api):
        problem = refused(till, basket(line_of(chips, 2), id=order["id"]))
        assert (problem["is"], problem["id"]) == ((409, "order-exists"), order["id"])


def test_a_line_id_is_taken_once_whatever_order_it_stands_in(
    api: ApiClient, chips: Product
) -> None:
    order = sold(api, chips)
    line = line_of(chips, id=order["lines"][0]["id"])
    assert refused(api, basket(line))["is"] == (409, "order-exists")


def test_a_product_taken_off_between_quote_and_sale_is_not_sold(
    api: ApiClient, chips: Product
) -> None:
    body = basket(chips)
    assert api.post("orders/quote", body).status_code == 200
    Product.objects.update(is_active=False)
    with transaction():
        bump_revision()
    assert refused(api, body)["is"] == (422, "product-not-sellable")


def test_a_terminal_revoked_between_quote_and_sale_sells_nothing(
    api: ApiClient, store: Store, chips: Product
) -> None:
    body = basket(chips)
    assert api.post("orders/quote", body).status_code == 200
    with transaction():
        revoke_terminal(actor=MANAGER, terminal_id=store.terminals.get().pk, now=timezone.now())
    problem = refused(api, body)
    assert problem["is"] == (401, "token-invalid")


def test_two_faults_are_told_by_their_weight(api: ApiClient, bourbon: Product) -> None:
    """The law is told before the money, so that a cashier does not count coins for nothing."""
    body = basket(bourbon, cash=0, age_check=None)
    assert refused(api, body)["is"] == (422, "age-check-required")
