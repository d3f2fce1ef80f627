"""Payments are tested against the simulator of Stripe, which the real SDK talks to over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apps.payments.bulkhead import bulkhead
from apps.payments.gateway import calling
from sandbox.stripe.server import TEST_KEY, Simulator
from tests.payments.cards import Counter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import Settings


@pytest.fixture
def stripe(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Simulator]:
    """Stripe, with nothing in it; every answer of its own was lawful."""
    with Simulator(seed=1) as simulator:
        settings.STRIPE_SECRET_KEY = TEST_KEY
        settings.STRIPE_API_BASE = simulator.base_url
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        calling.forget_client()
        bulkhead.note_answer()
        yield simulator
        calling.forget_client()
        assert not simulator.world.crimes


@pytest.fixture
def counter(stripe: Simulator) -> Counter:
    """A till in a store, with Stripe behind it."""
    return Counter(stripe)
