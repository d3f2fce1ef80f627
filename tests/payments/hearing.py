"""A shop whose site stands open on loopback, so that Stripe's own deliveries reach it."""

from __future__ import annotations

from collections import Counter as Tally
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from apps.payments.models import StripeEvent
from apps.payments.services.working import work_waiting
from sandbox.stripe.webhooks import Disturbance
from tests.payments.cards import Counter
from tests.payments.telling import PATH

if TYPE_CHECKING:
    from collections.abc import Iterator

    import time_machine
    from pytest_django import Settings
    from pytest_django.live_server_helper import LiveServer

    from sandbox.stripe.server import Simulator


class Ears:
    """What a site hears of Stripe; the wall's clock and Stripe's go together, when told to."""

    def __init__(self, stripe: Simulator, clock: time_machine.Traveller, site: str) -> None:
        self.stripe, self.clock = stripe, clock
        endpoint = stripe.client().v1.webhook_endpoints.create(
            {"url": f"{site}{PATH}", "enabled_events": ["*"]}
        )
        self.endpoint_id, self.secret = endpoint.id, str(endpoint.secret)

    @property
    def now(self) -> datetime:
        return datetime.fromtimestamp(self.stripe.world.clock.now(), UTC)

    def wait(self, seconds: int) -> None:
        self.clock.shift(seconds)
        self.stripe.world.clock.advance(seconds)

    def hear(self) -> None:
        """Wait until Stripe has delivered what it has to tell."""
        self.stripe.world.webhooks.settle()

    def work(self) -> int:
        """Hear what Stripe tells and work on it."""
        self.hear()
        return work_waiting(now=self.now)

    def close(self) -> None:
        """Hear the last of it, before the tables under the site are emptied."""
        self.stripe.world.faults.clear()
        self.stripe.client().v1.webhook_endpoints.delete(self.endpoint_id)
        self.hear()

    def disturb(self, pattern: str = "*", **treatment: Any) -> None:
        self.stripe.world.webhooks.disturb(Disturbance(pattern, **treatment))

    def answers(self) -> Tally[int | None]:
        """What the site answered to Stripe, by status."""
        return Tally(attempt.status for attempt in self.stripe.world.webhooks.attempts)


class Shop(Ears, Counter):
    """A till that sells by card, and hears of it."""

    def __init__(self, stripe: Simulator, clock: time_machine.Traveller, site: str) -> None:
        Ears.__init__(self, stripe, clock, site)
        Counter.__init__(self, stripe)


def events(**filters: Any) -> set[tuple[str, str]]:
    """Types and states of what was heard."""
    return set(StripeEvent.objects.filter(**filters).values_list("type", "state"))


@pytest.fixture
def ears(
    clock: time_machine.Traveller, stripe: Simulator, live_server: LiveServer, settings: Settings
) -> Iterator[Ears]:
    """The ears of a site that was told Stripe's secret, at noon."""
    ears = Ears(stripe, clock, live_server.url)
    settings.STRIPE_WEBHOOK_SECRETS = [ears.secret]
    yield ears
    ears.close()


@pytest.fixture
def shop(
    clock: time_machine.Traveller, stripe: Simulator, live_server: LiveServer, settings: Settings
) -> Iterator[Shop]:
    """A till in a store that hears of what happens at Stripe, at noon."""
    shop = Shop(stripe, clock, live_server.url)
    settings.STRIPE_WEBHOOK_SECRETS = [shop.secret]
    yield shop
    shop.close()
