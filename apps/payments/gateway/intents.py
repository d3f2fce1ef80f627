"""Payment intents: a card's money set aside, taken, or let go.

These are the calls that a customer waits for, so their answers are read as they come: making the
SDK's objects from one costs more than all else that we do with it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from apps.payments.gateway.calling import PAYMENT_NAME, ask, call, uuid_of
from apps.payments.types import Intent

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from apps.core.types import JSON
    from apps.payments.types import Outcome

_PATH = "/v1/payment_intents"
_EXPAND: list[JSON] = ["latest_charge"]


def create_intent(parameters: dict[str, JSON], *, key: str) -> Outcome[Intent]:
    """Make a payment intent; with `confirm` it is authorised in the same breath."""
    return _post(_PATH, parameters, key)


def retrieve_intent(intent_id: str) -> Outcome[Intent]:
    """Where a payment intent stands."""
    return ask("get", f"{_PATH}/{intent_id}", {"expand": _EXPAND}, read=read_intent)


def find_client_secret(intent_id: str) -> Outcome[str]:
    """With what an app at the counter may bring a card to an intent. It is kept nowhere."""
    return ask("get", f"{_PATH}/{intent_id}", {}, read=lambda shown: str(shown["client_secret"]))


def capture_intent(intent_id: str, parameters: dict[str, JSON], *, key: str) -> Outcome[Intent]:
    """Take the money that was authorised, or less of it."""
    return _post(f"{_PATH}/{intent_id}/capture", parameters, key)


def cancel_intent(intent_id: str, parameters: dict[str, JSON], *, key: str) -> Outcome[Intent]:
    """Let go what was authorised."""
    return _post(f"{_PATH}/{intent_id}/cancel", parameters, key)


def find_intent(payment_id: UUID, *, since: datetime) -> Outcome[Intent | None]:
    """The intent that carries our payment's id, among those made since."""

    def look(v1: Any) -> Intent | None:
        made = {"created": {"gte": int(since.timestamp())}, "limit": 100}
        for found in v1.payment_intents.list(made).auto_paging_iter():
            if read_intent(found.to_dict()).payment_id == payment_id:
                shown = v1.payment_intents.retrieve(found.id, {"expand": _EXPAND})
                return read_intent(shown.to_dict())
        return None

    return call(look)


def read_intent(shown: Mapping[str, Any]) -> Intent:
    """An intent as Stripe's JSON shows it, as one of ours."""
    charge = shown.get("latest_charge") or ""
    card = {} if isinstance(charge, str) else _card_of(charge)
    before = card.get("capture_before")
    error = shown.get("last_payment_error") or {}
    tip = (shown.get("amount_details") or {}).get("tip") or {}
    return Intent(
        id=shown["id"],
        status=shown["status"],
        amount_cents=shown["amount"],
        capturable_cents=shown.get("amount_capturable") or 0,
        received_cents=shown.get("amount_received") or 0,
        currency=shown["currency"].upper(),
        created_at=datetime.fromtimestamp(shown["created"], UTC),
        payment_id=uuid_of((shown.get("metadata") or {}).get(PAYMENT_NAME, "")),
        decline_code=error.get("decline_code") or error.get("code") or "",
        card_brand=card.get("brand") or "",
        card_last4=card.get("last4") or "",
        capture_before=datetime.fromtimestamp(before, UTC) if before else None,
        charge_id=charge if isinstance(charge, str) else charge["id"],
        tip_cents=tip.get("amount") or 0,
        is_at_reader="card_present" in (shown.get("payment_method_types") or ()),
    )


def _post(path: str, parameters: dict[str, JSON], key: str) -> Outcome[Intent]:
    asked = {**parameters, "expand": _EXPAND}
    return ask("post", path, asked, read=read_intent, key=key)


def _card_of(charge: Mapping[str, Any]) -> Mapping[str, Any]:
    details = charge.get("payment_method_details") or {}
    card: Mapping[str, Any] = details.get("card") or details.get("card_present") or {}
    return card
