"""`GET readers`, `POST terminals/connection-token`, and `POST payments` that names a reader."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest

from apps.core.models import AuditEntry, IdempotencyRecord
from apps.payments.models import Location, Payment
from apps.payments.services.readers import register_reader, remove_reader
from apps.payments.services.settling import settle_order
from apps.stores.types import Role
from sandbox.stripe import terminal
from sandbox.stripe.faults import Fault, Kind
from sandbox.stripe.terminal_fleet import set_reader_online
from tests.conftest import NOON
from tests.factories import MANAGER, api_client, make_store, open_till
from tests.goods import line_of, make_snack
from tests.payments.at_readers import new_reader
from tests.payments.rows import make_reader

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as ApiResponse
    from pytest_django import Settings

    from sandbox.stripe.server import Simulator

pytestmark = pytest.mark.django_db(transaction=True)
TOKEN = "terminals/connection-token"


class Desk:
    """A terminal with a card reader beside it."""

    def __init__(self, stripe: Simulator) -> None:
        self.stripe = stripe
        self.store = make_store()
        self.till, token = open_till(self.store)
        self.api = api_client(token)
        new = new_reader(self.store.pk)
        self.reader = register_reader(actor=MANAGER, new=new, now=NOON)

    def pay(self, **fields: Any) -> ApiResponse:
        body = {
            "id": str(uuid.uuid4()),
            "order_id": str(uuid.uuid4()),
            "amount_cents": 2139,
            "method": "card_present",
            "reader_id": self.reader.stripe_id,
            **fields,
        }
        body = {name: value for name, value in body.items() if value is not None}
        return self.api.post("payments", body, key=str(uuid.uuid4()))

    def tap(self, *, tip: int = 0) -> None:
        terminal.present_card(self.stripe.world, self.reader.stripe_id, tip=tip)

    def poll(self, payment: dict[str, Any]) -> dict[str, Any]:
        shown: dict[str, Any] = self.api.get(f"payments/{payment['id']}").json()
        return shown


@pytest.fixture
def desk(stripe: Simulator) -> Desk:
    return Desk(stripe)


def test_the_readers_of_the_store_are_listed(desk: Desk) -> None:
    make_reader(make_store("MIA", county="Miami-Dade"), label="Elsewhere")
    make_reader(desk.store, label="Attic", removed_at=NOON)
    answer = desk.api.get("readers")
    assert answer.status_code == 200
    assert answer.json() == {
        "results": [
            {
                "id": desk.reader.stripe_id,
                "label": "Counter 1",
                "device_type": "simulated_wisepos_e",
                "is_online": True,
            }
        ]
    }


def test_a_connection_token_is_for_the_stores_location_and_new_each_time(desk: Desk) -> None:
    secrets = [desk.api.post(TOKEN).json()["secret"] for _ in range(2)]
    assert all(secret.startswith("pst_test") for secret in secrets)
    assert len(set(secrets)) == 2
    Location.objects.update(stripe_id="tml_nowhere")
    assert desk.api.post(TOKEN).status_code == 503  # Stripe was asked for that place


def test_a_connection_token_is_kept_nowhere(desk: Desk) -> None:
    answer = desk.api.post(TOKEN, key="ignored")
    assert answer.status_code == 201
    assert answer.headers["Cache-Control"] == "no-store"
    assert not IdempotencyRecord.objects.exists()
    said = str(list(AuditEntry.objects.values()))
    assert answer.json()["secret"] not in said


def test_a_store_without_a_location_gets_a_token_all_the_same(desk: Desk) -> None:
    Location.objects.all().delete()
    assert desk.api.post(TOKEN).status_code == 201


def test_a_connection_token_needs_stripe(desk: Desk, settings: Settings) -> None:
    desk.stripe.world.faults.add("POST", "/v1/terminal/connection_tokens", Fault(Kind.DROP))
    silent = desk.api.post(TOKEN)
    assert (silent.status_code, silent.json()["code"]) == (503, "stripe-silent")
    settings.STRIPE_SECRET_KEY = ""
    assert desk.api.post(TOKEN).json()["code"] == "cards-not-taken"


@pytest.mark.parametrize(("method", "path"), [("get", "readers"), ("post", TOKEN)])
def test_readers_are_for_whoever_sells(desk: Desk, method: str, path: str) -> None:
    auditor = api_client(open_till(desk.store, Role.AUDITOR, code="eve", number=2)[1])
    assert getattr(auditor, method)(path).status_code == 403
    assert getattr(api_client(), method)(path).status_code == 401


def test_a_sale_at_a_reader_with_a_tip(desk: Desk) -> None:
    chips = make_snack("CHP-1", on_hand=100, store=desk.store)
    basket = {"id": str(uuid.uuid4()), "lines": [line_of(chips, 2)]}
    total = desk.api.post("orders/quote", basket).json()["total_cents"]
    begun = desk.pay(order_id=basket["id"], amount_cents=total)
    assert (begun.status_code, begun.json()["status"]) == (201, "processing")
    desk.tap(tip=200)
    paid = desk.poll(begun.json())
    assert (paid["status"], paid["tip_cents"]) == ("authorized", 200)
    assert (paid["amount_cents"], paid["authorized_cents"]) == (total, total + 200)
    tenders = [{"kind": "card", "payment_id": paid["id"]}]
    order = desk.api.post(
        "orders", {**basket, "tip_cents": paid["tip_cents"], "tenders": tenders}, key="order"
    )
    assert (order.status_code, order.json()["total_cents"]) == (201, total + 200)
    settle_order(order_id=uuid.UUID(str(basket["id"])), now=NOON)
    assert desk.poll(paid)["captured_cents"] == total + 200


def test_a_payment_at_a_reader_is_cancelled_by_the_till(desk: Desk) -> None:
    payment = desk.pay().json()
    answer = desk.api.post(f"payments/{payment['id']}/cancel", {}, key="cancel")
    assert (answer.status_code, answer.json()["status"]) == (200, "canceled")
    assert desk.pay().json()["status"] == "processing"


def test_an_offline_reader_is_told_as_a_failure(desk: Desk) -> None:
    set_reader_online(desk.stripe.world, desk.reader.stripe_id, is_online=False)
    answer = desk.pay()
    assert (answer.status_code, answer.json()["status"]) == (201, "failed")
    assert answer.json()["decline_code"] == "terminal_reader_offline"


def test_a_silent_stripe_is_told_as_unknown(desk: Desk) -> None:
    path = "/v1/terminal/readers/*/process_payment_intent"
    desk.stripe.world.faults.add("POST", path, Fault(Kind.DROP))
    answer = desk.pay()
    assert (answer.status_code, answer.json()["status"]) == (202, "unknown")


def test_a_reader_that_the_store_does_not_have_is_unknown(desk: Desk) -> None:
    other = make_reader(make_store("MIA", county="Miami-Dade"))
    remove_reader(actor=MANAGER, reader_id=desk.reader.pk, now=NOON)
    for reader_id in (other.stripe_id, desk.reader.stripe_id, "tmr_nobody"):
        answer = desk.pay(reader_id=reader_id)
        assert (answer.status_code, answer.json()["code"]) == (404, "reader-unknown")
    assert not Payment.objects.exists()


@pytest.mark.parametrize(
    ("fields", "pointer", "code"),
    [
        ({"payment_method": "pm_card_visa"}, "/payment_method", "surplus"),
        ({"method": "card"}, "/payment_method", "required"),
        ({"method": "card", "payment_method": "pm_card_visa"}, "/reader_id", "surplus"),
        ({"reader_id": ""}, "/reader_id", "blank"),
        ({"reader_id": 7}, "/reader_id", "invalid"),
        ({"reader_id": "tmr_" + "t" * 77}, "/reader_id", "max_length"),
        ({"reader_id": "counter 1"}, "/reader_id", "unlike"),
        ({"method": "card", "payment_method": "4242424242424242"}, "/payment_method", "unlike"),
        ({"method": "cash"}, "/method", "invalid_choice"),
    ],
)
def test_a_method_has_what_it_needs_and_nothing_else(
    desk: Desk, fields: dict[str, Any], pointer: str, code: str
) -> None:
    answer = desk.pay(**fields)
    assert answer.status_code == 400
    assert [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]] == [
        (pointer, code)
    ]
    assert not Payment.objects.exists()
