"""The one place that speaks to Stripe: what we ask, and what its answers mean.

Nothing here touches the database. Every function makes one call, under the key it is given, and
says what became of it: done, refused, or not known. It never retries; who may ask again, and under
which key, is decided by whoever keeps the books (`services.resolving`).
"""

from __future__ import annotations

import contextlib
import re
import time
from contextvars import ContextVar
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings

from apps.payments.errors import CardsNotTaken, StripeSilent
from apps.payments.types import Answered, Refused, Silence, Unanswered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    import stripe

    from apps.core.types import JSON
    from apps.payments.types import Outcome

API_VERSION = "2026-10-28.endive"
CONNECT_SECONDS, READ_SECONDS = 3.0, 12.0  # together they bound how long a till is kept waiting
BRISK_CONNECT_SECONDS, BRISK_READ_SECONDS = 2.0, 4.0  # where less time than that is left
REQUEST_SECONDS = 19.0  # for all the calls that one request of a till may need
# Under these names our ids stand in the metadata of what we make at Stripe.
PAYMENT_NAME, REFUND_NAME = "tillhouse_payment", "tillhouse_refund"
ORDER_NAME, STORE_NAME = "tillhouse_order", "tillhouse_store"
_FROM_SERVER = 500
_LONG_NUMBER = re.compile(r"\d(?:[ -]?\d){11,18}")  # what may be a card's is not kept
MOST = 100  # things on a page of a list of Stripe's


def takes_cards() -> bool:
    """Whether this installation has a key of Stripe's."""
    return bool(settings.STRIPE_SECRET_KEY)


def forget_client() -> None:
    """Take the configuration anew, as a fresh process would."""
    _client.cache_clear()


_ends_at: ContextVar[float] = ContextVar("ends_at", default=float("inf"))  # time.monotonic()


@contextlib.contextmanager
def within(seconds: float) -> Iterator[None]:
    """Let all the calls of this block together take no longer; what has no time left is not sent.

    A limit that is set already holds where it ends earlier.
    """
    token = _ends_at.set(min(_ends_at.get(), time.monotonic() + seconds))
    try:
        yield
    finally:
        _ends_at.reset(token)


def _patience() -> tuple[float, float] | None:
    """For how long to wait for a connection, and for the answer; None where no time is left."""
    left = _ends_at.get() - time.monotonic()
    if left >= CONNECT_SECONDS + READ_SECONDS:
        return CONNECT_SECONDS, READ_SECONDS
    if left >= BRISK_CONNECT_SECONDS + BRISK_READ_SECONDS:
        return BRISK_CONNECT_SECONDS, BRISK_READ_SECONDS
    return None


@lru_cache(maxsize=2)
def _client(patience: tuple[float, float]) -> stripe.StripeClient:
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
        http_client=stripe.RequestsClient(timeout=patience),
    )


def call[T](send: Callable[[Any], T]) -> Outcome[T]:
    """Make a call by the SDK's `v1` and put its end into our words."""
    return _outcome_of(lambda client: send(client.v1), lambda _: None)


def ask[T](
    method: str,
    path: str,
    parameters: dict[str, JSON],
    *,
    read: Callable[[Mapping[str, Any]], T],
    key: str = "",
) -> Outcome[T]:
    """As `call`, for an answer that is read as JSON; so is what a refusal shows of an intent."""
    under = {"idempotency_key": key} if key else {}

    def send(client: Any) -> T:
        return read(client.raw_request(method, path, **parameters, **under).data)

    return _outcome_of(send, lambda shown: read(shown.to_dict()))


def _outcome_of[T](send: Callable[[Any], T], read_shown: Callable[[Any], T | None]) -> Outcome[T]:
    """What became of a call. 409 and 429 have done nothing new."""
    import stripe  # noqa: PLC0415 - see `_client`

    patience = _patience()
    if patience is None:
        return Unanswered(Silence.NOT_SENT, "No time was left to ask.")
    try:
        return Answered(send(_client(patience)))
    except stripe.RateLimitError as error:
        return Unanswered(Silence.BUSY, _short(error))
    except stripe.APIConnectionError as error:
        return Unanswered(Silence.NETWORK, _short(error))
    except (
        stripe.CardError,
        stripe.InvalidRequestError,
        stripe.IdempotencyError,
        stripe.AuthenticationError,
        stripe.PermissionError,
    ) as error:
        return _refusal(error, read_shown)
    except stripe.StripeError as error:
        is_server = (error.http_status or 0) >= _FROM_SERVER
        return Unanswered(Silence.SERVER if is_server else Silence.NETWORK, _short(error))


def demand[T](outcome: Outcome[T]) -> T:
    """What an answer shows.

    Raises:
        StripeSilent: there was none, or it was a refusal.
    """
    match outcome:
        case Answered(seen):
            return seen
        case Refused(message=said) | Unanswered(reason=said):
            raise StripeSilent(f"Stripe said: {said} Try again.", retry_after=60)


def options(key: str) -> dict[str, str]:
    """What goes beside the parameters of a call that changes something."""
    return {"idempotency_key": key}


def made_between(since: datetime, until: datetime) -> dict[str, Any]:
    """What asks for things made from the second of `since` up to, not with, that of `until`."""
    created = {"gte": int(since.timestamp()), "lt": int(until.timestamp())}
    return {"created": created, "limit": MOST}


def load_sdk() -> None:
    """Load the SDK now rather than while the first card or event waits for it."""
    if takes_cards():
        _client((CONNECT_SECONDS, READ_SECONDS))


def part(shown: Any, name: str) -> Any:
    """A nested object; None where it is absent or only named by its id."""
    found = getattr(shown, name, None)
    return None if isinstance(found, str) else found


def id_of(shown: Any, name: str) -> str:
    """The id of a nested object, whether it is shown in full or only named; empty where absent."""
    found = getattr(shown, name, None)
    return found if isinstance(found, str) else (getattr(found, "id", None) or "")


def own_id(shown: Any, name: str) -> UUID | None:
    """An id of ours out of an object's metadata."""
    held = getattr(shown, "metadata", None)
    return uuid_of(held[name]) if held is not None and name in held else None


def uuid_of(text: str) -> UUID | None:
    """An id of ours as metadata holds it, into which others may write whatever they like."""
    try:
        return UUID(text)
    except ValueError:
        return None


def _refusal[T](error: stripe.StripeError, read_shown: Callable[[Any], T | None]) -> Refused[T]:
    told = error.error
    shown = part(told, "payment_intent")
    return Refused(
        code=getattr(told, "code", None) or getattr(told, "type", None) or type(error).__name__,
        message=_short(error),
        decline_code=getattr(told, "decline_code", None) or "",
        seen=None if shown is None else read_shown(shown),
    )


def _short(error: stripe.StripeError) -> str:
    said = f"{error.http_status or ''} {error.user_message or type(error).__name__}".strip()
    return _LONG_NUMBER.sub("[a long number]", said)[:300]
