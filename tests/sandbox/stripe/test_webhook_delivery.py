"""What happens is told to who asked for it: signed, frozen, again after a failure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import stripe as sdk

from sandbox.stripe.delivering import LIVE_PAUSES, SANDBOX_PAUSES
from tests.sandbox.stripe.hearing import Ear

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.stripe.server import Simulator
    from tests.sandbox.stripe.paying import Till

DAY = 24 * 60 * 60
CAPTURED = "payment_intent.succeeded"


@pytest.fixture
def ear() -> Iterator[Ear]:
    with Ear() as ear:
        yield ear


def test_a_sale_is_told_in_the_order_in_which_it_happened(
    stripe: Simulator, till: Till, ear: Ear
) -> None:
    ear.subscribe(stripe)
    till.capture(till.held())
    stripe.world.webhooks.settle()
    assert ear.kinds() == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.amount_capturable_updated",
        "charge.captured",
        "payment_intent.succeeded",
    ]


def test_only_what_was_asked_for_is_told(stripe: Simulator, till: Till, ear: Ear) -> None:
    ear.subscribe(stripe, CAPTURED, "refund.created")
    till.refund(till.paid())
    stripe.world.webhooks.settle()
    assert ear.kinds() == [CAPTURED, "refund.created"]


def test_a_signature_with_another_secret_is_rejected_by_the_sdk(
    stripe: Simulator, till: Till, ear: Ear
) -> None:
    ear.subscribe(stripe)
    till.new()
    stripe.world.webhooks.settle()
    with pytest.raises(sdk.SignatureVerificationError):
        ear.heard[0].verified("whsec_somebody_else")


def test_an_event_names_the_request_and_the_key_that_caused_it(
    stripe: Simulator, till: Till, ear: Ear
) -> None:
    ear.subscribe(stripe, "payment_intent.created")
    intent = till.new(key="sale-1")
    stripe.world.webhooks.settle()
    request = ear.events()[0].request
    assert request is not None
    assert request.idempotency_key == "sale-1"
    assert intent.last_response is not None
    assert request.id == intent.last_response.request_id


def test_an_event_that_the_clock_causes_names_no_request(
    stripe: Simulator, till: Till, ear: Ear
) -> None:
    ear.subscribe(stripe, "payment_intent.canceled")
    till.held(key="sale-1")
    stripe.world.clock.advance(8 * DAY)
    stripe.world.webhooks.settle()
    request = ear.events()[0].request
    assert request is not None
    assert (request.id, request.idempotency_key) == (None, None)


def test_an_event_stays_what_it_was_when_its_object_moves_on(till: Till) -> None:
    intent = till.held()
    till.capture(intent, 1000)
    [event] = till.events("payment_intent.amount_capturable_updated")
    frozen = event.data.object
    assert (frozen["status"], frozen["amount_received"]) == ("requires_capture", 0)


def test_an_event_shows_what_changed(till: Till) -> None:
    till.refund(till.paid(), 390)
    [event] = till.events("charge.refunded")
    before = event.data.previous_attributes
    assert before is not None
    assert before.to_dict() == {"amount_refunded": 0}


def test_an_event_is_pending_until_its_endpoint_took_it(
    stripe: Simulator, till: Till, ear: Ear
) -> None:
    ear.subscribe(stripe, "payment_intent.created")
    ear.answers.append(500)
    till.new()
    stripe.world.webhooks.settle()
    assert till.events("payment_intent.created")[0].pending_webhooks == 1
    stripe.world.clock.advance(SANDBOX_PAUSES[0])
    assert till.events("payment_intent.created")[0].pending_webhooks == 0


def test_a_retry_carries_the_same_body_under_a_fresh_timestamp(
    stripe: Simulator, till: Till, ear: Ear
) -> None:
    ear.subscribe(stripe, "payment_intent.created")
    ear.answers.append(503)
    till.new()
    stripe.world.webhooks.settle()
    stripe.world.clock.advance(SANDBOX_PAUSES[0])
    first, second = ear.heard
    assert first.body == second.body
    assert second.timestamp >= stripe.world.now() > first.timestamp
    assert len({event.id for event in ear.events()}) == 1


@pytest.mark.parametrize(
    ("pauses", "tries"), [(SANDBOX_PAUSES, 4), (LIVE_PAUSES, 1 + len(LIVE_PAUSES))]
)
def test_retries_end_after_their_pauses(
    stripe: Simulator, till: Till, ear: Ear, pauses: tuple[int, ...], tries: int
) -> None:
    stripe.world.webhooks.courier.pauses = pauses
    ear.subscribe(stripe, "payment_intent.created")
    ear.answers.extend([500] * 50)
    till.new()
    stripe.world.webhooks.settle()
    stripe.world.clock.advance(10 * DAY)
    assert len(ear.heard) == tries
    assert sum(pauses) <= 3 * DAY


def test_a_redirect_counts_as_a_failure(stripe: Simulator, till: Till, ear: Ear) -> None:
    ear.subscribe(stripe, "payment_intent.created")
    ear.answers.append(302)
    till.new()
    stripe.world.webhooks.settle()
    assert [attempt.is_success for attempt in stripe.world.webhooks.attempts] == [False]


def test_an_endpoint_that_is_away_is_written_down_and_tried_again(
    stripe: Simulator, till: Till, ear: Ear
) -> None:
    ear.subscribe(stripe, "payment_intent.created")
    till.client.v1.webhook_endpoints.update(ear.endpoint_id, {"url": "http://127.0.0.1:1/away"})
    till.new()
    stripe.world.webhooks.settle()
    [attempt] = stripe.world.webhooks.attempts
    assert (attempt.status, "ConnectionRefusedError" in attempt.error) == (None, True)
    till.client.v1.webhook_endpoints.update(ear.endpoint_id, {"url": ear.url})
    stripe.world.clock.advance(SANDBOX_PAUSES[0])
    assert ear.kinds() == ["payment_intent.created"]


def test_a_receiver_may_call_back_while_it_is_being_told(
    stripe: Simulator, till: Till, ear: Ear
) -> None:
    seen: list[str] = []
    client = stripe.client()

    def fetch_again(heard: object) -> None:
        body = json.loads(ear.heard[-1].body)
        seen.append(client.v1.payment_intents.retrieve(body["data"]["object"]["id"]).status)

    ear.on_hearing = fetch_again
    ear.subscribe(stripe, CAPTURED)
    till.capture(till.held())
    stripe.world.webhooks.settle()
    assert seen == ["succeeded"]
