"""What an event of Stripe's says it is about. Nothing of it is booked: it says where to look.

The version of the API that the event was written in does not matter for that. Thin events of
Stripe's second API have another shape, and are refused.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

import orjson

from apps.core.errors import FieldError, JSONInvalid, ValidationFailed
from apps.payments.types import Notice

if TYPE_CHECKING:
    from collections.abc import Callable

_LATEST = 2**33  # Unix seconds, in the year 2242
_EVENT_ID = re.compile(r"evt_[A-Za-z0-9_]{1,76}")
_TYPE = re.compile(r"[a-z0-9_]+(?:\.[a-z0-9_]+)+")
_OBJECT_ID = re.compile(r"[A-Za-z0-9_-]{1,80}")
_LONGEST_TYPE = 80
# Where a reader keeps the payment that it works on, by what it does.
_READER_ACTIONS = (
    "process_payment_intent",
    "collect_payment_method",
    "confirm_payment_intent",
    "refund_payment",
)


def read_notice(body: bytes) -> Notice:
    """The event in a body that Stripe has signed.

    Raises:
        JSONInvalid: it is no JSON.
        ValidationFailed: it is no event of the first API, or lacks what every event has.
    """
    try:
        event = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise JSONInvalid(f"The body cannot be read as JSON: {error}.") from None
    if not isinstance(event, dict) or event.get("object") != "event":
        raise _wrong("object", "Only snapshot events of Stripe's first API are read here.")
    for name, is_right in _FIELDS.items():
        if not is_right(event.get(name)):
            raise _wrong(name, "Every event has this, in another form.")
    shown = cast("dict[str, Any]", event["data"]["object"])
    return Notice(
        id=event["id"],
        type=event["type"],
        object_id=_id_of(shown),
        intent_id=_intent_of(shown),
        is_live=event["livemode"],
        created_at=datetime.fromtimestamp(event["created"], UTC),
    )


def _is_id(value: object) -> bool:
    return isinstance(value, str) and bool(_EVENT_ID.fullmatch(value))


def _is_type(value: object) -> bool:
    return isinstance(value, str) and len(value) <= _LONGEST_TYPE and bool(_TYPE.fullmatch(value))


def _is_instant(value: object) -> bool:
    return type(value) is int and 0 < value < _LATEST


def _holds_object(value: object) -> bool:
    return isinstance(value, dict) and isinstance(value.get("object"), dict)


_FIELDS: dict[str, Callable[[object], bool]] = {
    "id": _is_id,
    "type": _is_type,
    "created": _is_instant,
    "livemode": lambda value: isinstance(value, bool),
    "data": _holds_object,
}


def _intent_of(shown: dict[str, Any]) -> str:
    """The payment intent that an object is, or names: a charge, a refund, a dispute, a reader."""
    if shown.get("object") == "payment_intent":
        return _id_of(shown)
    named, action = shown.get("payment_intent"), shown.get("action")
    if isinstance(action, dict):
        works = (action[kind] for kind in _READER_ACTIONS if isinstance(action.get(kind), dict))
        named = named or next((work.get("payment_intent") for work in works), None)
    return _id_of(named)


def _id_of(shown: object) -> str:
    """The id of an object that is shown or only named; empty where it has none that we can keep."""
    found = shown.get("id") if isinstance(shown, dict) else shown
    return found if isinstance(found, str) and _OBJECT_ID.fullmatch(found) else ""


def _wrong(field: str, detail: str) -> ValidationFailed:
    errors = [FieldError(f"/{field}", "invalid", detail)]
    return ValidationFailed("This is no event of Stripe's that can be read here.", errors=errors)
