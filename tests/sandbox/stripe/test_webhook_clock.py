"""A simulator that ticks signs by the wall's time, however far somebody moved its clock on."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
import stripe as sdk

from sandbox.stripe.delivering import SANDBOX_PAUSES
from sandbox.stripe.server import Simulator
from sandbox.stripe.webhooks import Disturbance
from sandbox.stripe.world import World
from tests.sandbox.stripe.hearing import Ear
from tests.sandbox.stripe.paying import Till

if TYPE_CHECKING:
    from collections.abc import Iterator

DAY = 24 * 60 * 60
CREATED = "payment_intent.created"


@pytest.fixture
def stripe() -> Iterator[Simulator]:
    """A simulator as it runs in a process of its own, whose clock was moved on by a day."""
    with Simulator(World(seed=1, is_ticking=True)) as simulator:
        simulator.world.clock.advance(DAY)
        yield simulator
    assert simulator.world.crimes == []


@pytest.fixture
def till(stripe: Simulator) -> Till:
    return Till(stripe, stripe.client())


@pytest.fixture
def ear(stripe: Simulator) -> Iterator[Ear]:
    with Ear() as ear:
        yield ear.subscribe(stripe, CREATED)


def test_nothing_is_signed_in_the_future(stripe: Simulator, till: Till, ear: Ear) -> None:
    till.new()
    stripe.world.webhooks.settle()
    assert ear.heard[0].timestamp <= time.time()
    [event] = ear.events()
    assert event.created > time.time()


def test_a_retry_is_not_signed_in_the_future_either(
    stripe: Simulator, till: Till, ear: Ear
) -> None:
    ear.answers.append(500)
    till.new()
    stripe.world.webhooks.settle()
    stripe.world.clock.advance(SANDBOX_PAUSES[0])
    assert [heard.timestamp <= time.time() for heard in ear.heard] == [True, True]


def test_a_stale_signature_is_stale_all_the_same(stripe: Simulator, till: Till, ear: Ear) -> None:
    stripe.world.webhooks.disturb(Disturbance(CREATED, stale_seconds=301))
    till.new()
    stripe.world.webhooks.settle()
    with pytest.raises(sdk.SignatureVerificationError, match="tolerance"):
        ear.heard[0].verified(ear.secret)
