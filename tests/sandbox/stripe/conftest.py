"""A simulator for each test, and the real SDK aimed at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sandbox.stripe.server import Simulator
from tests.sandbox.stripe.paying import Till

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def stripe() -> Iterator[Simulator]:
    """A simulator that at the end has said nothing that the SDK's contract rejects."""
    with Simulator(seed=1) as simulator:
        yield simulator
    assert simulator.world.crimes == []


@pytest.fixture
def till(stripe: Simulator) -> Till:
    """What a shop does most with the SDK."""
    return Till(stripe, stripe.client())
