"""Who calls: a bearer token that stands for a till session, or for a terminal."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import SAFE_METHODS

from apps.stores.errors import TokenInvalid
from apps.stores.selectors import find_paired_terminal, find_till
from apps.stores.services.sessions import touch_session

if TYPE_CHECKING:
    from rest_framework.request import Request

    from apps.stores.types import PairedTerminal, Till

READ_TRUST_SECONDS = 2.0
MAX_REMEMBERED = 10_000
_SCHEME = "bearer"


@dataclass(frozen=True, slots=True)
class _Remembered:
    till: Till
    until: float  # time.monotonic()


_remembered: dict[str, _Remembered] = {}


class SessionAuthentication(BaseAuthentication):
    """A cashier's session token.

    A call that writes looks the session up in the database every time. A call that reads may trust
    what it looked up within the last two seconds, so scanning costs no statement.
    """

    def authenticate(self, request: Request) -> tuple[Till, Till] | None:
        token = bearer_token(request)
        if token is None:
            return None
        till = _recall(token) if request.method in SAFE_METHODS else None
        till = till or _look_up(token)
        return till, till

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class TerminalAuthentication(BaseAuthentication):
    """A terminal's own token, which opens sessions and nothing else."""

    def authenticate(self, request: Request) -> tuple[PairedTerminal, PairedTerminal] | None:
        token = bearer_token(request)
        if token is None:
            return None
        terminal = find_paired_terminal(token=token)
        if terminal is None:
            raise TokenInvalid("Pair this terminal anew: a manager finds the code in the admin.")
        return terminal, terminal

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


def bearer_token(request: Request) -> str | None:
    """The token of an `Authorization: Bearer` header, or None."""
    scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    return token.strip() or None if scheme.lower() == _SCHEME else None


def forget_session(request: Request) -> None:
    """Drop the calling session from this process's memory."""
    _remembered.pop(bearer_token(request) or "", None)


def forget_sessions() -> None:
    """Empty this process's memory of sessions."""
    _remembered.clear()


def _recall(token: str) -> Till | None:
    remembered = _remembered.get(token)
    if remembered and remembered.until > time.monotonic():
        return remembered.till
    return None


def _look_up(token: str) -> Till:
    now = timezone.now()
    till = find_till(token=token, now=now)
    if till is None:
        _remembered.pop(token, None)
        raise TokenInvalid("Log in again.")
    if till.is_due_a_touch:
        touch_session(till=till, now=now)
    if len(_remembered) >= MAX_REMEMBERED:
        _remembered.clear()
    _remembered[token] = _Remembered(till, time.monotonic() + READ_TRUST_SECONDS)
    return till
