"""A card at a reader that an app at the counter drives itself, by a payment's client secret."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from django.apps import apps

from apps.payments.models import Payment
from apps.payments.services.looking import look_at_payment
from apps.payments.services.resolving import DEAD_AFTER, resolve_attempts, resolve_waiting
from apps.payments.services.settling import FORGOTTEN_AFTER, settle_payments
from sandbox.stripe import terminal
from sandbox.stripe.errors import StripeRefusal
from sandbox.stripe.faults import Fault, Kind, When
from tests.factories import api_client, make_store, open_till
from tests.payments.at_readers import DECLINED
from tests.payments.cards import CREATE
from tests.payments.rows import make_reader

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as ApiResponse

    from sandbox.stripe.server import Simulator

pytestmark = pytest.mark.django_db(transaction=True)


class AppDesk:
    """A terminal whose app speaks to its reader without us."""

    def __init__(self, stripe: Simulator) -> None:
        self.stripe = stripe
        self.store = make_store()
        _, token = open_till(self.store)
        self.api = api_client(token)

    @property
    def now(self) -> datetime:
        return datetime.fromtimestamp(self.stripe.world.clock.now(), UTC)

    def pay(self, **fields: Any) -> ApiResponse:
        body = {
            "id": str(uuid.uuid4()),
            "order_id": str(uuid.uuid4()),
            "amount_cents": 2139,
            "method": "card_present",
            **fields,
        }
        return self.api.post("payments", body, key=str(uuid.uuid4()))

    def secret_of(self, payment: dict[str, Any]) -> ApiResponse:
        return self.api.get(f"payments/{payment['id']}/client-secret")

    def bring_card(self, payment: dict[str, Any], number: str = terminal.USUAL_CARD) -> None:
        secret = self.secret_of(payment).json()["client_secret"]
        intent_id = Payment.objects.get(pk=payment["id"]).intent_id
        assert intent_id is not None
        terminal.present_by_secret(self.stripe.world, intent_id, secret, number)

    def poll(self, payment: dict[str, Any]) -> dict[str, Any]:
        shown: dict[str, Any] = self.api.get(f"payments/{payment['id']}").json()
        return shown


@pytest.fixture
def desk(stripe: Simulator) -> AppDesk:
    return AppDesk(stripe)


def test_a_card_that_an_app_brings_is_authorized_and_captured(desk: AppDesk) -> None:
    answer = desk.pay()
    payment = answer.json()
    assert (answer.status_code, payment["status"]) == (201, "processing")
    assert desk.poll(payment)["status"] == "processing"
    desk.bring_card(payment)
    shown = desk.poll(payment)
    assert (shown["status"], shown["card"]["last4"]) == ("authorized", "4242")
    taken = desk.api.post(f"payments/{payment['id']}/capture", {}, key=str(uuid.uuid4()))
    assert taken.json()["captured_cents"] == 2139


def test_a_look_at_one_that_waits_is_no_silence_of_stripe(desk: AppDesk) -> None:
    payment = desk.pay().json()
    assert look_at_payment(payment_id=uuid.UUID(payment["id"]), now=desk.now)


def test_a_card_that_is_declined_there_ends_the_payment(desk: AppDesk) -> None:
    payment = desk.pay().json()
    with pytest.raises(StripeRefusal):
        desk.bring_card(payment, DECLINED)
    assert desk.poll(payment)["status"] == "failed"
    (intent,) = desk.stripe.client().v1.payment_intents.list().data
    assert intent.status == "canceled"


def test_the_worker_lets_an_app_take_its_time(desk: AppDesk) -> None:
    payment = desk.pay().json()
    desk.stripe.world.clock.advance(int(DEAD_AFTER.total_seconds()) + 60)
    resolve_attempts(now=desk.now)
    resolve_waiting(now=desk.now)
    assert desk.poll(payment)["status"] == "processing"


def test_what_an_app_never_brings_a_card_to_is_let_go(desk: AppDesk) -> None:
    payment = desk.pay().json()
    desk.stripe.world.clock.advance(int(FORGOTTEN_AFTER.total_seconds()) + 60)
    settle_payments(now=desk.now)
    assert desk.poll(payment)["status"] == "canceled"


def test_an_intent_whose_making_was_not_heard_of_is_closed(desk: AppDesk) -> None:
    desk.stripe.world.faults.add("POST", CREATE, Fault(Kind.DROP, When.AFTER))
    payment = desk.pay().json()
    assert payment["status"] == "unknown"
    for _ in range(2):
        desk.stripe.world.clock.advance(int(DEAD_AFTER.total_seconds()) + 60)
        resolve_attempts(now=desk.now)
        resolve_waiting(now=desk.now)
    assert desk.poll(payment)["status"] == "failed"
    (intent,) = desk.stripe.client().v1.payment_intents.list().data
    assert intent.status == "canceled"


def test_the_secret_is_kept_nowhere(desk: AppDesk) -> None:
    payment = desk.pay().json()
    secret = desk.secret_of(payment).json()["client_secret"]
    assert secret.startswith("pi_")
    for model in apps.get_models():
        assert secret not in str(list(model._default_manager.values()))


def test_only_a_payment_that_waits_for_an_app_has_a_secret(desk: AppDesk) -> None:
    payment = desk.pay().json()
    desk.bring_card(payment)
    desk.poll(payment)
    late = desk.secret_of(payment)
    assert (late.status_code, late.json()["code"]) == (409, "payment-state-conflict")
    other = desk.secret_of({"id": uuid.uuid4()})
    assert (other.status_code, other.json()["code"]) == (404, "payment-unknown")


def test_the_secret_of_another_store_is_not_told(desk: AppDesk) -> None:
    payment = desk.pay().json()
    _, token = open_till(make_store("MIA", county="Miami-Dade"), code="eve")
    answer = api_client(token).get(f"payments/{payment['id']}/client-secret")
    assert answer.json()["code"] == "payment-unknown"


def test_a_payment_at_a_reader_of_ours_has_no_secret_to_tell(desk: AppDesk) -> None:
    payment = desk.pay().json()
    Payment.objects.update(reader=make_reader(desk.store))
    assert desk.secret_of(payment).json()["code"] == "payment-state-conflict"
