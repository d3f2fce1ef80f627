"""The one place that speaks to Stripe: what we ask, and what its answers mean.

Nothing here touches the database. Every function makes one call, under the key it is given, and
says what became of it: done, refused, or not known. It never retries; who may ask again, and under
which key, is decided by whoever keeps the books (`services.resolving`).
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings

from apps.payments.errors import CardsNotTaken
from apps.payments.types import Answered, Intent, Refused, Silence, StripeRefund, Unanswered

if TYPE_CHECKING:
    from collections.abc import Callable

    import stripe

    from apps.core.types import JSON
    from apps.payments.types import Outcome

API_VERSION = "2026-10-28.endive"
CONNECT_SECONDS, READ_SECONDS = 3.0, 12.0  # together they bound how long a till is kept waiting
# Under these names our ids stand in the metadata of what we make at Stripe.
PAYMENT_NAME, REFUND_NAME = "tillhouse_payment", "tillhouse_refund"
ORDER_NAME, STORE_NAME = "tillhouse_order", "tillhouse_store"
_EXPAND: list[JSON] = ["latest_charge"]
_FROM_SERVER = 500


def takes_cards() -> bool:
    """Whether this installation has a key of Stripe's."""
    return bool(settings.STRIPE_SECRET_KEY)


def forget_client() -> None:
    """Take the configuration anew, as a fresh process would."""
    _client.cache_clear()


def create_intent(parameters: dict[str, JSON], *, key: str) -> Outcome[Intent]:
    """Make a payment intent; with `confirm` it is authorised in the same breath."""
    return _intent(lambda v1: v1.payment_intents.create(_expanded(parameters), _options(key)))


def retrieve_intent(intent_id: str) -> Outcome[Intent]:
    """Where a payment intent stands."""
    return _intent(lambda v1: v1.payment_intents.retrieve(intent_id, _expanded({})))


def capture_intent(intent_id: str, parameters: dict[str, JSON], *, key: str) -> Outcome[Intent]:
    """Take the money that was authorised, or less of it."""
    asked = _expanded(parameters)
    return _intent(lambda v1: v1.payment_intents.capture(intent_id, asked, _options(key)))


def cancel_intent(intent_id: str, parameters: dict[str, JSON], *, key: str) -> Outcome[Intent]:
    """Let go what was authorised."""
    asked = _expanded(parameters)
    return _intent(lambda v1: v1.payment_intents.cancel(intent_id, asked, _options(key)))


def find_intent(payment_id: UUID, *, since: datetime) -> Outcome[Intent | None]:
    """The intent that carries our payment's id, among those made since."""

    def look(v1: Any) -> Intent | None:
        made = {"created": {"gte": int(since.timestamp())}, "limit": 100}
        for found in v1.payment_intents.list(made).auto_paging_iter():
            if _metadata(found, PAYMENT_NAME) == str(payment_id):
                return read_intent(v1.payment_intents.retrieve(found.id, _expanded({})))
        return None

    return _call(look)


def create_refund(parameters: dict[str, JSON], *, key: str) -> Outcome[StripeRefund]:
    """Send money back to the card it came from."""
    return _call(lambda v1: read_refund(v1.refunds.create(parameters, _options(key))))


def list_refunds(intent_id: str) -> Outcome[tuple[StripeRefund, ...]]:
    """All refunds of an intent, the newest first."""

    def look(v1: Any) -> tuple[StripeRefund, ...]:
        page = v1.refunds.list({"payment_intent": intent_id, "limit": 100})
        return tuple(read_refund(refund) for refund in page.auto_paging_iter())

    return _call(look)


def read_intent(shown: Any) -> Intent:
    """An intent of the SDK's as one of ours."""
    charge = _part(shown, "latest_charge")
    card = _card_of(charge)
    before = getattr(card, "capture_before", None)
    error = getattr(shown, "last_payment_error", None)
    ours = _metadata(shown, PAYMENT_NAME)
    return Intent(
        id=shown.id,
        status=shown.status,
        amount_cents=shown.amount,
        capturable_cents=shown.amount_capturable or 0,
        received_cents=shown.amount_received or 0,
        currency=shown.currency.upper(),
        payment_id=UUID(ours) if ours else None,
        decline_code=getattr(error, "decline_code", None) or getattr(error, "code", None) or "",
        card_brand=getattr(card, "brand", None) or "",
        card_last4=getattr(card, "last4", None) or "",
        capture_before=datetime.fromtimestamp(before, UTC) if before else None,
    )


def read_refund(shown: Any) -> StripeRefund:
    """A refund of the SDK's as one of ours."""
    ours = _metadata(shown, REFUND_NAME)
    return StripeRefund(
        shown.id, shown.status or "pending", shown.amount, UUID(ours) if ours else None
    )


@lru_cache(maxsize=1)
def _client() -> stripe.StripeClient:
    """The SDK, loaded when the first card comes: it takes 35 MB that a cash-only shop can keep."""
    import stripe  # noqa: PLC0415 - see above

    if not takes_cards():
        raise CardsNotTaken("No key of Stripe's is configured: take cash.")
    stripe.enable_telemetry = False  # it would write a file into somebody's home
    return stripe.StripeClient(
        settings.STRIPE_SECRET_KEY,
        stripe_version=API_VERSION,
        base_addresses={"api": settings.STRIPE_API_BASE},
        max_network_retries=0,
        http_client=stripe.RequestsClient(timeout=(CONNECT_SECONDS, READ_SECONDS)),
    )


def _intent(send: Callable[[Any], Any]) -> Outcome[Intent]:
    return _call(lambda v1: read_intent(send(v1)))


def _call[T](send: Callable[[Any], T]) -> Outcome[T]:
    """Make a call and put its end into our words. 409 and 429 have done nothing new."""
    import stripe  # noqa: PLC0415 - see `_client`

    try:
        return Answered(send(_client().v1))
    except stripe.RateLimitError as error:
        return Unanswered(Silence.NOT_SENT, _short(error))
    except stripe.APIConnectionError as error:
        return Unanswered(Silence.NETWORK, _short(error))
    except (
        stripe.CardError,
        stripe.InvalidRequestError,
        stripe.IdempotencyError,
        stripe.AuthenticationError,
        stripe.PermissionError,
    ) as error:
        return _refusal(error)
    except stripe.StripeError as error:
        is_server = (error.http_status or 0) >= _FROM_SERVER
        return Unanswered(Silence.SERVER if is_server else Silence.NETWORK, _short(error))


def _refusal(error: stripe.StripeError) -> Refused[Any]:
    told = error.error
    intent = _part(told, "payment_intent")
    return Refused(
        code=getattr(told, "code", None) or getattr(told, "type", None) or type(error).__name__,
        message=_short(error),
        decline_code=getattr(told, "decline_code", None) or "",
        seen=read_intent(intent) if intent is not None else None,
    )


def _card_of(charge: Any) -> Any:
    details = _part(charge, "payment_method_details")
    return _part(details, "card") or _part(details, "card_present")


def _part(shown: Any, name: str) -> Any:
    """A nested object; None where it is absent or only named by its id."""
    found = getattr(shown, name, None)
    return None if isinstance(found, str) else found


def _metadata(shown: Any, name: str) -> str:
    metadata = getattr(shown, "metadata", None)
    return metadata[name] if metadata is not None and name in metadata else ""


def _expanded(parameters: dict[str, JSON]) -> dict[str, JSON]:
    return {**parameters, "expand": _EXPAND}


def _options(key: str) -> dict[str, str]:
    return {"idempotency_key": key}


def _short(error: stripe.StripeError) -> str:
    return f"{error.http_status or ''} {error.user_message or type(error).__name__}".strip()[:300]
