"""What came to the ears of payments, for whoever must do something about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from apps.core.events import Event


@dataclass(frozen=True, kw_only=True)
class StripeEventReceived(Event):
    """Stripe has told us something. `stripe_id` is its name of the event, `kind` its type."""

    type: ClassVar[str] = "stripe-event.received"

    stripe_id: str
    kind: str
