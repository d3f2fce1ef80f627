"""POST orders/quote: what a basket would cost; nothing is written, and the price holds a while."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.stores.types import Role
from tests.conftest import NOON
from tests.factories import api_client, make_store
from tests.goods import basket, line_of, make_product, set_price
from tests.orders.sales import count_rows

from .wire import BASKET_KEYS, LINE_KEYS, log_in, pointers, refusal, sell, without

if TYPE_CHECKING:
    from typing import Any

    import time_machine
    from django.test.client import _MonkeyPatchedWSGIResponse as ApiResponse

    from apps.catalog.models import Product
    from apps.stores.models import Store
    from tests.factories import ApiClient

SOON = NOON + timedelta(minutes=1)
QUARTER = timedelta(minutes=15)


def ask(api: ApiClient, *lines: Product | dict[str, Any], **fields: Any) -> ApiResponse:
    """Quote a basket without money and document."""
    return api.post("orders/quote", without(basket(*lines, **fields), "tenders", "age_check"))


def test_a_quote_is_the_priced_basket_and_what_the_sale_will_need(
    api: ApiClient, bourbon: Product
) -> None:
    response = ask(api, line_of(bourbon, 2), tip_cents=500)
    quote = response.json()
    assert response.status_code == 200
    assert quote.keys() == BASKET_KEYS | {"requires", "cash_total_cents", "warnings"}
    assert [line.keys() for line in quote["lines"]] == [LINE_KEYS]
    assert quote["requires"] == {"minimum_age": 21, "selling_hours_ok": True, "approvals": []}
    assert (quote["subtotal_cents"], quote["tax_cents"]) == (3998, 280)
    assert (quote["tip_cents"], quote["total_cents"]) == (500, 4778)


def test_a_quote_is_json_that_no_cache_keeps(api: ApiClient, chips: Product) -> None:
    headers = ask(api, chips).headers
    assert headers["Content-Type"] == "application/json"
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Request-Id"]


def test_a_quote_needs_no_key_and_writes_nothing(api: ApiClient, bourbon: Product) -> None:
    before = count_rows()
    assert ask(api, bourbon).status_code == 200
    assert count_rows() == before


def test_a_quote_costs_what_the_sale_then_costs(api: ApiClient, bourbon: Product) -> None:
    body = basket(line_of(bourbon, 3), tip_cents=7)
    quote = api.post("orders/quote", body).json()
    order = sell(api, body).json()
    order["lines"] = [{name: line[name] for name in LINE_KEYS} for line in order["lines"]]
    assert without(quote, "requires", "cash_total_cents", "warnings") == {
        name: order[name] for name in BASKET_KEYS
    }


def test_money_and_document_may_be_sent_with_a_quote(api: ApiClient, bourbon: Product) -> None:
    assert api.post("orders/quote", basket(bourbon, cash=0)).status_code == 200


def test_a_quote_at_night_says_that_the_hours_are_wrong(
    store: Store, bourbon: Product, clock: time_machine.Traveller
) -> None:
    clock.shift(timedelta(hours=15))
    requires = ask(log_in(store, Role.CASHIER), bourbon).json()["requires"]
    assert requires["selling_hours_ok"] is False


def test_a_quote_names_the_approval_that_a_price_will_need(api: ApiClient, chips: Product) -> None:
    quote = ask(api, line_of(chips, unit_price_cents=1)).json()
    assert quote["requires"]["approvals"] == ["override-price"]
    assert quote["subtotal_cents"] == 1


def test_a_basket_that_cannot_be_sold_cannot_be_quoted(api: ApiClient, chips: Product) -> None:
    response = ask(api, chips, make_product("X-1", is_active=False))
    assert refusal(response) == (422, "product-not-sellable")
    assert pointers(response) == ["/lines/1"]


@pytest.mark.parametrize("role", Role)
def test_whoever_may_sell_may_ask_for_the_price(
    api: ApiClient, store: Store, chips: Product, role: Role
) -> None:
    response = ask(log_in(store, role), chips)
    if role is Role.AUDITOR:
        assert refusal(response) == (403, "permission-denied")
    else:
        assert response.status_code == 200


def test_a_stranger_is_asked_for_a_token(chips: Product) -> None:
    response = ask(api_client(), chips)
    assert refusal(response) == (401, "token-required")
    assert response.headers["WWW-Authenticate"] == "Bearer"


def test_the_statements_of_a_quote_do_not_grow_with_its_lines(api: ApiClient) -> None:
    products = [make_product(f"P-{number}") for number in range(50)]
    ask(api, *products)  # all of them are in memory from now on
    one, fifty = (statements_of(api, products[:count]) for count in (1, 50))
    assert one == fifty == 1


def test_the_statements_of_a_cold_quote_do_not_grow_with_its_lines(api: ApiClient) -> None:
    one, fifty = (
        statements_of(api, [make_product(f"{count}-{number}") for number in range(count)])
        for count in (1, 50)
    )
    assert one == fifty


def statements_of(api: ApiClient, products: list[Product]) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert ask(api, *products).status_code == 200
    return len(queries)


# --- The promise ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("waited", "price", "warnings"),
    [
        (timedelta(minutes=2), 1999, ["price-changed"]),
        (QUARTER - timedelta(microseconds=1), 1999, ["price-changed"]),
        (QUARTER, 2999, ["price-changed"]),
    ],
)
def test_a_price_that_changes_after_the_quote_holds_for_a_quarter_of_an_hour(
    api: ApiClient,
    bourbon: Product,
    clock: time_machine.Traveller,
    waited: timedelta,
    price: int,
    warnings: list[str],
) -> None:
    body = basket(bourbon)
    api.post("orders/quote", body)
    set_price(bourbon, 2999, SOON)
    clock.shift(waited)
    order = sell(api, body).json()
    assert order["lines"][0]["unit_price_cents"] == price
    assert [warning["code"] for warning in order["warnings"]] == warnings


def test_the_warning_names_both_prices(
    api: ApiClient, bourbon: Product, clock: time_machine.Traveller
) -> None:
    body = basket(bourbon)
    api.post("orders/quote", body)
    set_price(bourbon, 2999, SOON)
    clock.move_to(SOON)
    (warning,) = sell(api, body).json()["warnings"]
    assert without(warning, "detail") == {
        "code": "price-changed",
        "product_id": bourbon.pk,
        "quoted_cents": 1999,
        "charged_cents": 1999,
        "price_cents": 2999,
    }


def test_a_quote_of_another_store_promises_nothing(
    api: ApiClient, bourbon: Product, clock: time_machine.Traveller
) -> None:
    elsewhere = log_in(make_store("MIA", county="Miami-Dade"), Role.CASHIER)
    set_price(bourbon, 1999, NOON)
    body = basket(bourbon)
    elsewhere.post("orders/quote", body)
    set_price(bourbon, 2999, SOON)
    clock.move_to(SOON)
    assert sell(api, body).json()["lines"][0]["unit_price_cents"] == 2999
