"""A sale to an exempt buyer bears no tax, tells why, and gives none back."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from apps.customers.types import Certificate, CertificateKind, Exemption, ExemptionClaim
from apps.orders.models import Order
from apps.orders.rules import price_basket
from apps.stores.models import Store
from apps.stores.types import Role
from tests.customers.certificates import CHURCH, claim, file_certificate, revoke
from tests.customers.people import make_customer
from tests.factories import api_client, make_store, open_till
from tests.goods import basket, line_of, make_product, make_snack
from tests.orders.api.wire import refusal

from .baskets import BOURBON, CHIPS, DAY, STORE, line, price, rates
from .gift_cards import card

if TYPE_CHECKING:
    from apps.catalog.models import Product
    from tests.factories import ApiClient

    type Lines = list[tuple[int, int, bool]]

some_lines = st.lists(
    st.tuples(st.integers(0, 600_000), st.integers(1, 12), st.booleans()), min_size=1, max_size=6
)
CERTIFICATE = Certificate(
    uuid4(), CertificateKind.DR_14, CHURCH, "First Church", date(2026, 1, 1), date(2030, 1, 1)
)
DR_13 = CertificateKind.DR_13


@given(some_lines)
def test_an_exempt_basket_is_the_same_basket_without_its_tax(lines: Lines) -> None:
    goods = [line(cents, units, item=BOURBON if dear else CHIPS) for cents, units, dear in lines]
    exemption = Exemption(CERTIFICATE, ExemptionClaim())
    free = price_basket(goods, store=STORE, rates=rates(), day=DAY, exemption=exemption)
    taxed = price(goods)
    assert (free.tax_cents, [each.tax_cents for each in free.lines]) == (0, [0] * len(goods))
    assert free.total_cents == taxed.total_cents - taxed.tax_cents == free.subtotal_cents
    assert (free.minimum_age, free.has_alcohol) == (taxed.minimum_age, taxed.has_alcohol)


@pytest.fixture
def bourbon(db: None) -> Product:
    return make_product(store=make_store(all_day=True), on_hand=20)


@pytest.fixture
def api(bourbon: Product) -> ApiClient:
    return api_client(open_till(Store.objects.get(), Role.SHIFT_LEAD)[1])


def sell(api: ApiClient, body: Any) -> Any:
    answer = api.post("orders", body, key=str(uuid4()))
    assert answer.status_code == 201, answer.content
    return answer.json()


def refused(api: ApiClient, body: Any) -> Any:
    answer = api.post("orders", body, key=str(uuid4()))
    assert not Order.objects.exists()
    return {"is": refusal(answer), **answer.json()}


@pytest.mark.django_db
def test_a_church_pays_no_tax_and_the_books_say_why(api: ApiClient, bourbon: Product) -> None:
    row = file_certificate()
    sold = sell(api, basket(bourbon, tax_exemption=claim(row)))
    assert (sold["tax_cents"], sold["total_cents"]) == (0, 1999)
    assert sold["tax_exemption"]["number"] == CHURCH
    assert sold["tax_exemption"]["tenders"] == ["cash"]
    order = Order.objects.get()
    assert (order.certificate_id, order.exemption) == (row.pk, sold["tax_exemption"])
    assert api.get(f"orders/{order.pk}").json() == sold
    receipt = api.get(f"orders/{order.pk}/receipt").content.decode()
    assert "TAX EXEMPT" in receipt
    assert f"DR-14 {CHURCH}, First Church" in receipt


@pytest.mark.django_db
def test_a_quote_shows_the_price_without_tax_before_anybody_pays(
    api: ApiClient, bourbon: Product
) -> None:
    file_certificate()
    body = basket(bourbon, cash=None, tax_exemption={"number": CHURCH.lower()})
    quote = api.post("orders/quote", body).json()
    assert (quote["tax_cents"], quote["total_cents"]) == (0, 1999)
    assert quote["tax_exemption"]["kind"] == "DR-14"


@pytest.mark.django_db
@pytest.mark.parametrize("said", [{"paid_with": "person"}, {"tenders": ["card"]}, {"tenders": []}])
def test_a_persons_cash_bears_the_tax(
    api: ApiClient, bourbon: Product, said: dict[str, Any]
) -> None:
    body = basket(bourbon, tax_exemption=claim(file_certificate(), **said))
    assert refused(api, body)["is"] == (422, "exemption-funds-not-own")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("from_", "until", "reason"),
    [(date(2020, 1, 1), date(2021, 1, 1), "expired"), (date(2999, 1, 1),) * 2 + ("not-yet-valid",)],
)
def test_a_certificate_that_does_not_hold_frees_nothing(
    api: ApiClient, bourbon: Product, from_: date, until: date, reason: str
) -> None:
    row = file_certificate(valid_from=from_, valid_until=until)
    problem = refused(api, basket(bourbon, tax_exemption=claim(row)))
    assert (problem["is"], problem["reason"]) == ((422, "exemption-not-in-force"), reason)


@pytest.mark.django_db
def test_an_unknown_certificate_frees_nothing(api: ApiClient, bourbon: Product) -> None:
    body = basket(bourbon, tax_exemption={"number": CHURCH, "paid_with": "organization"})
    assert refused(api, body)["is"] == (422, "exemption-unknown")


@pytest.mark.django_db
def test_a_late_sale_is_judged_by_the_time_it_was_made(api: ApiClient, bourbon: Product) -> None:
    row, now = file_certificate(), timezone.now()
    revoke(row, now - timedelta(hours=1))
    early = (now - timedelta(hours=2)).isoformat()
    assert refused(api, basket(bourbon, tax_exemption=claim(row)))["reason"] == "revoked"
    sold = sell(api, basket(bourbon, tax_exemption=claim(row), taken_at=early))
    assert sold["tax_cents"] == 0


@pytest.mark.django_db
def test_a_dealer_buys_snacks_for_resale_and_no_bourbon(api: ApiClient, bourbon: Product) -> None:
    row, soda = file_certificate(DR_13), make_snack(tax_class="SOFT_DRINK")
    said = {"certificate_id": str(row.pk), "for_resale": True}
    problem = refused(api, basket(soda, bourbon, tax_exemption=said))
    assert problem["is"] == (422, "exemption-not-for-resale")
    unsaid = basket(soda, tax_exemption={"certificate_id": str(row.pk)})
    assert refused(api, unsaid)["is"] == (422, "exemption-not-for-resale")
    assert sell(api, basket(soda, tax_exemption=said))["tax_cents"] == 0


@pytest.mark.django_db
def test_a_return_of_an_exempt_sale_gives_back_no_tax(api: ApiClient, bourbon: Product) -> None:
    sold = sell(api, basket(line_of(bourbon, 2), tax_exemption=claim(file_certificate())))
    back = {"line_id": sold["lines"][0]["id"], "quantity": 1, "restock": True}
    refund = [{"kind": "cash", "amount_cents": 1999}]
    body = {"lines": [back], "refund_to": refund, "reason": "unopened"}
    given = api.post(f"orders/{sold['id']}/returns", body, key=str(uuid4())).json()
    assert (given["tax_cents"], given["total_cents"]) == (0, 1999)


@pytest.mark.django_db
def test_gift_cards_alone_are_no_sale_without_tax(api: ApiClient, bourbon: Product) -> None:
    api.post("shifts", {"id": str(uuid4()), "opening_float_cents": 0}, key=str(uuid4()))
    body = basket(gift_cards=[card()], tax_exemption=claim(file_certificate()))
    sold = sell(api, body)
    assert sold["tax_exemption"] is None
    assert api.get(f"orders/{sold['id']}").json() == sold
    z = api.post("shifts/current/close", {"counted": {"5000": 1}}, key=str(uuid4())).json()
    assert (z["sales"]["count"], z["exempt"]["count"]) == (1, 0)


@pytest.mark.django_db
def test_a_sale_names_its_customer_and_nobody_else(api: ApiClient, bourbon: Product) -> None:
    ada = make_customer()
    sold = sell(api, basket(bourbon, customer_id=str(ada.pk)))
    assert sold["customer_id"] == str(ada.pk)
    assert api.get(f"orders/{sold['id']}").json() == sold
    answer = api.post("orders", basket(bourbon, customer_id=str(uuid4())), key=str(uuid4()))
    assert refusal(answer) == (422, "customer-not-on-file")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"number": "1", "certificate_id": str(uuid4())},
        {"certificate": "1"},
        {"number": 1},
        {"number": "1", "paid_with": "me"},
        {"number": "1", "tenders": ["cheque"]},
        "85-1",
    ],
)
def test_a_malformed_claim_is_a_malformed_request(
    api: ApiClient, bourbon: Product, asked: Any
) -> None:
    assert refused(api, basket(bourbon, tax_exemption=asked))["is"][0] == 400
