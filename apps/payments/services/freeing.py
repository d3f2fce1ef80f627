"""A reader that waits for a card nobody is to give it any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.payments.gateway import terminal
from apps.payments.types import Answered

if TYPE_CHECKING:
    from datetime import datetime

    from apps.payments.models import Payment

TIMED_OUT = "terminal_reader_timeout"  # the reader may have got it after all


def free_reader(payment: Payment, *, now: datetime) -> None:
    """Clear the screen of a payment's reader, if it still shows this payment; as well as may be.

    Nothing rests on it: the intent is cancelled after. A reader that serves the next customer is
    left alone.
    """
    if payment.reader is None:
        return
    reader_id = payment.reader.stripe_id
    match terminal.retrieve_reader(reader_id):
        case Answered(seen) if seen.is_waiting and seen.intent_id == payment.intent_id:
            key = f"{payment.pk}:free:{int(now.timestamp())}"
            terminal.cancel_action(reader_id, key=key)
