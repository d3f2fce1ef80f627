"""A shop's counter: a location, a reader on it, and an intent for a card at the reader."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import stripe as sdk

    from sandbox.stripe.server import Simulator
    from tests.sandbox.stripe.paying import Till

ADDRESS: Any = {
    "line1": "1 Ocean Drive",
    "city": "Miami Beach",
    "state": "FL",
    "postal_code": "33139",
    "country": "US",
}


@dataclass
class Counter:
    """The SDK's calls to one reader."""

    simulator: Simulator
    till: Till
    location: sdk.terminal.Location
    reader_id: str

    @property
    def readers(self) -> sdk.terminal.ReaderService:
        return self.till.client.v1.terminal.readers

    def reader(self) -> sdk.terminal.Reader:
        return self.readers.retrieve(self.reader_id)

    def action(self) -> sdk.terminal.Reader.Action:
        action = self.reader().action
        assert action is not None
        return action

    def sale(self, **params: Any) -> sdk.PaymentIntent:
        """A new intent over 13.90 that a card at a reader can pay."""
        return self.till.new(**{"allowed_payment_method_types": ["card_present"]} | params)

    def process(self, intent: sdk.PaymentIntent, **config: Any) -> sdk.terminal.Reader:
        params: Any = {"payment_intent": intent.id} | ({"process_config": config} if config else {})
        return self.readers.process_payment_intent(self.reader_id, params)

    def present(self, number: str | None = None, **params: Any) -> sdk.terminal.Reader:
        """Hold a test card to the reader."""
        if number:
            params |= {"type": "card_present", "card_present": {"number": number}}
        shown: Any = params
        helper = self.till.client.v1.test_helpers.terminal.readers
        return helper.present_payment_method(self.reader_id, shown)

    def told(self) -> list[str]:
        """What the reader's webhooks said, oldest first."""
        events = self.till.client.v1.events.list({"limit": 100}).data
        kinds = [event.type for event in events if event.type.startswith("terminal.")]
        return [kind.removeprefix("terminal.reader.") for kind in kinds][::-1]


def open_counter(simulator: Simulator, till: Till) -> Counter:
    """Register a simulated reader at a new location."""
    terminal = till.client.v1.terminal
    location = terminal.locations.create({"display_name": "Beach", "address": ADDRESS})
    reader = terminal.readers.create(
        {"registration_code": "simulated-wpe", "location": location.id, "label": "Till 1"}
    )
    return Counter(simulator, till, location, reader.id)
