"""Deliveries go wrong on request: twice, late, swapped, early, lost, badly signed, foreign."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import stripe as sdk

from sandbox.stripe.webhooks import Disturbance
from tests.sandbox.stripe.hearing import Ear

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.stripe.server import Simulator
    from tests.sandbox.stripe.paying import Till

CREATED = "payment_intent.created"


@pytest.fixture
def ear(stripe: Simulator) -> Iterator[Ear]:
    with Ear() as ear:
        yield ear.subscribe(stripe)


def test_a_duplicate_is_the_same_event_again(stripe: Simulator, till: Till, ear: Ear) -> None:
    stripe.world.webhooks.disturb(Disturbance(CREATED, copies=2))
    till.new()
    stripe.world.webhooks.settle()
    assert len({event.id for event in ear.events()}) == 1
    assert len(ear.heard) == 3
    assert till.events(CREATED)[0].pending_webhooks == 0


def test_an_event_that_is_held_back_comes_after_the_next_one(
    stripe: Simulator, till: Till, ear: Ear
) -> None:
    stripe.world.webhooks.disturb(Disturbance(CREATED, behind=1))
    till.held()
    stripe.world.webhooks.settle()
    assert ear.kinds()[:2] == ["charge.succeeded", CREATED]
    assert len(ear.heard) == 3


def test_an_event_that_nothing_follows_is_not_held_back_for_ever(
    stripe: Simulator, till: Till, ear: Ear
) -> None:
    stripe.world.webhooks.disturb(Disturbance(CREATED, behind=5))
    till.new()
    stripe.world.webhooks.settle()
    assert ear.kinds() == [CREATED]


def test_a_delayed_event_waits_for_the_clock(stripe: Simulator, till: Till, ear: Ear) -> None:
    stripe.world.webhooks.disturb(Disturbance(CREATED, delay_seconds=90))
    till.new()
    stripe.world.clock.advance(89)
    stripe.world.webhooks.settle()
    assert ear.heard == []
    stripe.world.clock.advance(1)
    stripe.world.webhooks.settle()
    assert ear.kinds() == [CREATED]


def test_an_event_can_overtake_the_answer_that_it_belongs_to(
    stripe: Simulator, till: Till, ear: Ear
) -> None:
    stripe.world.webhooks.disturb(Disturbance(CREATED, is_before_answer=True))
    till.new()
    assert ear.kinds() == [CREATED]


def test_a_dropped_event_is_never_told_but_can_be_listed(
    stripe: Simulator, till: Till, ear: Ear
) -> None:
    stripe.world.webhooks.disturb(Disturbance(CREATED, is_dropped=True))
    till.new()
    stripe.world.webhooks.settle()
    stripe.world.clock.advance(10**6)
    assert ear.heard == []
    undelivered = till.client.v1.events.list({"delivery_success": False})
    assert [event.type for event in undelivered.data] == [CREATED]


@pytest.mark.parametrize(
    "disturbance",
    [Disturbance(CREATED, is_wrongly_signed=True), Disturbance(CREATED, stale_seconds=301)],
    ids=["wrong", "stale"],
)
def test_a_signature_can_be_one_that_the_sdk_rejects(
    stripe: Simulator, till: Till, ear: Ear, disturbance: Disturbance
) -> None:
    disturbance.times = 1
    stripe.world.webhooks.disturb(disturbance)
    till.new()
    till.new()
    stripe.world.webhooks.settle()
    with pytest.raises(sdk.SignatureVerificationError):
        ear.heard[0].verified(ear.secret)
    assert ear.heard[1].verified(ear.secret).type == CREATED


def test_a_knob_turns_back_after_its_number_of_events(
    stripe: Simulator, till: Till, ear: Ear
) -> None:
    stripe.world.webhooks.disturb(Disturbance(CREATED, times=2, is_dropped=True))
    for _ in range(3):
        till.new()
    stripe.world.webhooks.settle()
    assert len(ear.heard) == 1


def test_an_event_about_a_foreign_object_names_nothing_of_ours(
    stripe: Simulator, till: Till, ear: Ear
) -> None:
    ours = till.new(metadata={"sale": "S-1"})
    template = stripe.world.storage.find(ours.id)
    assert template is not None
    stripe.world.webhooks.emit_foreign("payment_intent.succeeded", template)
    stripe.world.webhooks.settle()
    [foreign] = [e.data.object for e in ear.events() if e.type == "payment_intent.succeeded"]
    assert foreign["id"] != ours.id
    assert foreign["metadata"].to_dict() == {}
    with pytest.raises(sdk.InvalidRequestError, match="No such"):
        till.client.v1.payment_intents.retrieve(foreign["id"])


def test_settling_says_so_when_a_delivery_takes_too_long(
    stripe: Simulator, till: Till, ear: Ear
) -> None:
    ear.on_hearing = lambda _: stripe.world.webhooks.settle(0.05)
    till.new()
    with pytest.raises(TimeoutError, match="still being delivered"):
        stripe.world.webhooks.settle(0.01)
    stripe.world.clock.clear()


def test_after_a_reset_nothing_that_waited_is_told(stripe: Simulator, till: Till, ear: Ear) -> None:
    stripe.world.webhooks.disturb(Disturbance(CREATED, delay_seconds=90))
    till.new()
    stripe.world.reset()
    stripe.world.clock.advance(90)
    stripe.world.webhooks.settle()
    assert ear.heard == []
