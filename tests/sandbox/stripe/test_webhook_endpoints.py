"""Endpoints are registered, changed and deleted; their secret is shown once and can be replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import stripe as sdk

from tests.sandbox.stripe.hearing import Ear

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.stripe.server import Simulator
    from tests.sandbox.stripe.paying import Till


@pytest.fixture
def ear(stripe: Simulator) -> Iterator[Ear]:
    with Ear() as ear:
        yield ear.subscribe(stripe, "payment_intent.created")


def test_the_secret_is_shown_at_creation_and_never_again(
    stripe: Simulator, till: Till, ear: Ear
) -> None:
    assert ear.secret.startswith("whsec_")
    again = till.client.v1.webhook_endpoints.retrieve(ear.endpoint_id)
    listed = till.client.v1.webhook_endpoints.list().data
    assert [hasattr(shown, "secret") for shown in [again, *listed]] == [False, False]


def test_while_a_secret_is_replaced_both_sign(stripe: Simulator, till: Till, ear: Ear) -> None:
    new = stripe.world.webhooks.rotate_secret(ear.endpoint_id, keep_seconds=600)
    till.new()
    stripe.world.webhooks.settle()
    [heard] = ear.heard
    assert heard.signature.count("v1=") == 2
    assert heard.verified(ear.secret).id == heard.verified(new).id


def test_a_replaced_secret_expires(stripe: Simulator, till: Till, ear: Ear) -> None:
    new = stripe.world.webhooks.rotate_secret(ear.endpoint_id, keep_seconds=600)
    stripe.world.clock.advance(600)
    till.new()
    stripe.world.webhooks.settle()
    assert ear.heard[0].verified(new).type == "payment_intent.created"
    with pytest.raises(sdk.SignatureVerificationError):
        ear.heard[0].verified(ear.secret)


def test_a_disabled_endpoint_hears_nothing_until_it_is_enabled(
    stripe: Simulator, till: Till, ear: Ear
) -> None:
    endpoints = till.client.v1.webhook_endpoints
    assert endpoints.update(ear.endpoint_id, {"disabled": True}).status == "disabled"
    till.new()
    assert endpoints.update(ear.endpoint_id, {"disabled": False}).status == "enabled"
    till.new()
    stripe.world.webhooks.settle()
    assert len(ear.heard) == 1


def test_a_disabled_endpoint_is_spared_the_retries_too(
    stripe: Simulator, till: Till, ear: Ear
) -> None:
    ear.answers.append(500)
    till.new()
    stripe.world.webhooks.settle()
    till.client.v1.webhook_endpoints.update(ear.endpoint_id, {"disabled": True})
    stripe.world.clock.advance(24 * 60 * 60)
    assert len(ear.heard) == 1


def test_a_deleted_endpoint_is_gone(stripe: Simulator, till: Till, ear: Ear) -> None:
    endpoints = till.client.v1.webhook_endpoints
    assert endpoints.delete(ear.endpoint_id).deleted is True
    till.new()
    stripe.world.webhooks.settle()
    assert ear.heard == []
    with pytest.raises(sdk.InvalidRequestError) as caught:
        endpoints.retrieve(ear.endpoint_id)
    assert caught.value.code == "resource_missing"


def test_events_are_sent_in_the_version_that_the_endpoint_pins(stripe: Simulator) -> None:
    with Ear() as ear:
        ear.subscribe(stripe, api_version="2026-09-30.endive")
        stripe.client().v1.payment_intents.create({"amount": 500, "currency": "usd"})
        stripe.world.webhooks.settle()
        assert [event.api_version for event in ear.events()] == ["2026-09-30.endive"]


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({"url": "shop.example/hooks", "enabled_events": ["*"]}, "url"),
        ({"url": "https://shop.example/hooks", "enabled_events": ["sale.made"]}, None),
    ],
)
def test_an_endpoint_that_could_never_work_is_refused(
    till: Till, params: Any, param: str | None
) -> None:
    with pytest.raises(sdk.InvalidRequestError) as caught:
        till.client.v1.webhook_endpoints.create(params)
    assert caught.value.http_status == 400
    assert param in {None, caught.value.param}


def test_events_can_be_listed_by_several_types(till: Till) -> None:
    till.refund(till.paid())
    wanted = ["refund.created", "charge.refunded"]
    events = till.client.v1.events.list({"types": wanted}).data
    assert sorted(event.type for event in events) == sorted(wanted)
    assert till.client.v1.events.retrieve(events[0].id).id == events[0].id
