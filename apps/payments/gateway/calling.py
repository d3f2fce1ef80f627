"""The one place that speaks to Stripe: what we ask, and what its answers mean.

Nothing here touches the database. Every function makes one call, under the key it is given, and
says what became of it: done, refused, or not known. It never retries; who may ask again, and under
which key, is decided by whoever keeps the books (`services.resolving`).
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings

from apps.payments.errors import CardsNotTaken
from apps.payments.types import Answered, Refused, Silence, Unanswered

if TYPE_CHECKING:
    from collections.abc import Callable

    import stripe

    from apps.payments.types import Outcome

API_VERSION = "2026-10-28.endive"
CONNECT_SECONDS, READ_SECONDS = 3.0, 12.0  # together they bound how long a till is kept waiting
# Under these names our ids stand in the metadata of what we make at Stripe.
PAYMENT_NAME, REFUND_NAME = "tillhouse_payment", "tillhouse_refund"
ORDER_NAME, STORE_NAME = "tillhouse_order", "tillhouse_store"
_FROM_SERVER = 500


def takes_cards() -> bool:
    """Whether this installation has a key of Stripe's."""
    return bool(settings.STRIPE_SECRET_KEY)


def forget_client() -> None:
    """Take the configuration anew, as a fresh process would."""
    _client.cache_clear()


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


def call[T](send: Callable[[Any], T], read_intent: Callable[[Any], T] | None = None) -> Outcome[T]:
    """Make a call and put its end into our words. 409 and 429 have done nothing new.

    A refusal may show the payment intent as it stands; `read_intent` reads it, where it is wanted.
    """
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
        return _refusal(error, read_intent)
    except stripe.StripeError as error:
        is_server = (error.http_status or 0) >= _FROM_SERVER
        return Unanswered(Silence.SERVER if is_server else Silence.NETWORK, _short(error))


def options(key: str) -> dict[str, str]:
    """What goes beside the parameters of a call that changes something."""
    return {"idempotency_key": key}


def part(shown: Any, name: str) -> Any:
    """A nested object; None where it is absent or only named by its id."""
    found = getattr(shown, name, None)
    return None if isinstance(found, str) else found


def id_of(shown: Any, name: str) -> str:
    """The id of a nested object, whether it is shown in full or only named; empty where absent."""
    found = getattr(shown, name, None)
    return found if isinstance(found, str) else (getattr(found, "id", None) or "")


def own_id(shown: Any, name: str) -> UUID | None:
    """An id of ours out of metadata, into which others may write whatever they like."""
    held = getattr(shown, "metadata", None)
    try:
        return UUID(held[name]) if held is not None and name in held else None
    except ValueError:
        return None


def _refusal(error: stripe.StripeError, read_intent: Callable[[Any], Any] | None) -> Refused[Any]:
    told = error.error
    shown = part(told, "payment_intent")
    return Refused(
        code=getattr(told, "code", None) or getattr(told, "type", None) or type(error).__name__,
        message=_short(error),
        decline_code=getattr(told, "decline_code", None) or "",
        seen=read_intent(shown) if read_intent and shown is not None else None,
    )


def _short(error: stripe.StripeError) -> str:
    return f"{error.http_status or ''} {error.user_message or type(error).__name__}".strip()[:300]
