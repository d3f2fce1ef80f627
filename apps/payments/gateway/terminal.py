"""Card readers of Stripe Terminal: where they stand, what they are asked to do.

An answer of a reader says only that it has been asked. What became of the card is shown by the
payment intent (`gateway.intents`), never by the reader.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apps.payments.gateway.calling import call, id_of, options, part
from apps.payments.types import StripeReader

if TYPE_CHECKING:
    from collections.abc import Callable

    from apps.core.types import JSON
    from apps.payments.types import Outcome


def create_location(parameters: dict[str, JSON], *, key: str) -> Outcome[str]:
    """Make a place where readers may stand; its id."""
    return call(lambda v1: v1.terminal.locations.create(parameters, options(key)).id)


def create_connection_token(location_id: str) -> Outcome[str]:
    """A secret with which an app at the counter may speak to readers, at one location if named."""
    asked = {"location": location_id} if location_id else {}
    return call(lambda v1: v1.terminal.connection_tokens.create(asked).secret)


def register_reader(parameters: dict[str, JSON], *, key: str) -> Outcome[StripeReader]:
    """Make a reader ours by the code that it shows."""
    return _reader(lambda v1: v1.terminal.readers.create(parameters, options(key)))


def retrieve_reader(reader_id: str) -> Outcome[StripeReader]:
    """A reader as it is, with what it does."""
    return _reader(lambda v1: v1.terminal.readers.retrieve(reader_id))


def list_readers() -> Outcome[tuple[StripeReader, ...]]:
    """All readers of the account."""

    def look(v1: Any) -> tuple[StripeReader, ...]:
        page = v1.terminal.readers.list({"limit": 100})
        return tuple(read_reader(reader) for reader in page.auto_paging_iter())

    return call(look)


def remove_reader(reader_id: str) -> Outcome[str]:
    """Give up a reader; its id."""
    return call(lambda v1: v1.terminal.readers.delete(reader_id).id)


def process_payment_intent(reader_id: str, intent_id: str, *, key: str) -> Outcome[StripeReader]:
    """Let a reader ask for a card. Whether one came is for the intent to say, later."""
    asked = {"payment_intent": intent_id}
    return _reader(
        lambda v1: v1.terminal.readers.process_payment_intent(reader_id, asked, options(key))
    )


def cancel_action(reader_id: str, *, key: str) -> Outcome[StripeReader]:
    """Clear a reader's screen. A card that was taken meanwhile stays taken."""
    return _reader(lambda v1: v1.terminal.readers.cancel_action(reader_id, {}, options(key)))


def read_reader(shown: Any) -> StripeReader:
    """A reader of the SDK's as one of ours."""
    action = part(shown, "action")
    work = part(action, getattr(action, "type", None) or "")
    return StripeReader(
        id=shown.id,
        label=shown.label or "",
        device_type=shown.device_type or "",
        serial_number=shown.serial_number or "",
        is_online=shown.status == "online",
        location_id=id_of(shown, "location"),
        is_waiting=getattr(action, "status", None) == "in_progress",
        intent_id=id_of(work, "payment_intent"),
        failure_code=getattr(action, "failure_code", None) or "",
    )


def _reader(send: Callable[[Any], Any]) -> Outcome[StripeReader]:
    return call(lambda v1: read_reader(send(v1)))
