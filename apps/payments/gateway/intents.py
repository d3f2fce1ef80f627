"""Payment intents: a card's money set aside, taken, or let go."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from apps.payments.gateway.calling import (
    PAYMENT_NAME,
    call,
    id_of,
    options,
    own_id,
    part,
)
from apps.payments.types import Intent

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from apps.core.types import JSON
    from apps.payments.types import Outcome

_EXPAND: list[JSON] = ["latest_charge"]


def create_intent(parameters: dict[str, JSON], *, key: str) -> Outcome[Intent]:
    """Make a payment intent; with `confirm` it is authorised in the same breath."""
    return _intent(lambda v1: v1.payment_intents.create(_expanded(parameters), options(key)))


def retrieve_intent(intent_id: str) -> Outcome[Intent]:
    """Where a payment intent stands."""
    return _intent(lambda v1: v1.payment_intents.retrieve(intent_id, _expanded({})))


def capture_intent(intent_id: str, parameters: dict[str, JSON], *, key: str) -> Outcome[Intent]:
    """Take the money that was authorised, or less of it."""
    asked = _expanded(parameters)
    return _intent(lambda v1: v1.payment_intents.capture(intent_id, asked, options(key)))


def cancel_intent(intent_id: str, parameters: dict[str, JSON], *, key: str) -> Outcome[Intent]:
    """Let go what was authorised."""
    asked = _expanded(parameters)
    return _intent(lambda v1: v1.payment_intents.cancel(intent_id, asked, options(key)))


def find_intent(payment_id: UUID, *, since: datetime) -> Outcome[Intent | None]:
    """The intent that carries our payment's id, among those made since."""

    def look(v1: Any) -> Intent | None:
        made = {"created": {"gte": int(since.timestamp())}, "limit": 100}
        for found in v1.payment_intents.list(made).auto_paging_iter():
            if own_id(found, PAYMENT_NAME) == payment_id:
                return read_intent(v1.payment_intents.retrieve(found.id, _expanded({})))
        return None

    return call(look)


def read_intent(shown: Any) -> Intent:
    """An intent of the SDK's as one of ours."""
    charge = part(shown, "latest_charge")
    card = _card_of(charge)
    before = getattr(card, "capture_before", None)
    error = getattr(shown, "last_payment_error", None)
    tip = getattr(part(shown, "amount_details"), "tip", None)
    return Intent(
        id=shown.id,
        status=shown.status,
        amount_cents=shown.amount,
        capturable_cents=shown.amount_capturable or 0,
        received_cents=shown.amount_received or 0,
        currency=shown.currency.upper(),
        created_at=datetime.fromtimestamp(shown.created, UTC),
        payment_id=own_id(shown, PAYMENT_NAME),
        decline_code=getattr(error, "decline_code", None) or getattr(error, "code", None) or "",
        card_brand=getattr(card, "brand", None) or "",
        card_last4=getattr(card, "last4", None) or "",
        capture_before=datetime.fromtimestamp(before, UTC) if before else None,
        charge_id=id_of(shown, "latest_charge"),
        tip_cents=getattr(tip, "amount", None) or 0,
    )


def _intent(send: Callable[[Any], Any]) -> Outcome[Intent]:
    return call(lambda v1: read_intent(send(v1)), read_intent)


def _card_of(charge: Any) -> Any:
    details = part(charge, "payment_method_details")
    return part(details, "card") or part(details, "card_present")


def _expanded(parameters: dict[str, JSON]) -> dict[str, JSON]:
    return {**parameters, "expand": _EXPAND}
