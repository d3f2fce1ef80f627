"""Pairing a terminal, logging in and out."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar, cast

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from django.utils.module_loading import import_string
from django_subatomic.db import transaction
from drf_spectacular.utils import extend_schema

from apps.core.api.views import ApiView, send_json
from apps.stores import errors
from apps.stores.api import serializers
from apps.stores.api.authentication import TerminalAuthentication, forget_session
from apps.stores.api.throttles import PairingThrottle
from apps.stores.rules import PERMISSIONS
from apps.stores.services.sessions import end_session, open_session
from apps.stores.services.terminals import pair_terminal
from apps.stores.types import PairedTerminal, Till

if TYPE_CHECKING:
    from collections.abc import Callable

    from rest_framework.request import Request

    from apps.core.errors import DomainError
    from apps.stores.services.sessions import OpenSession
    from apps.stores.types import Permission, StoreProfile

TOKEN_REFUSALS = (errors.TokenRequired, errors.TokenInvalid)


class TillView(ApiView):
    """A call made with a session token; `permissions` names what each method needs."""

    caller: ClassVar[type | None] = Till
    permissions: ClassVar[dict[str, Permission]] = {}

    @staticmethod
    def till(request: Request) -> Till:
        """The till that calls."""
        return cast("Till", request.auth)


class PairTerminalView(ApiView):
    """Turns a pairing code into the terminal's own token."""

    caller: ClassVar[type | None] = None
    authentication_classes = []
    throttle_classes = [PairingThrottle]
    refusals: ClassVar[dict[str, tuple[type[DomainError], ...]]] = {
        "POST": (errors.PairingCodeInvalid, errors.TooManyAttempts)
    }

    @extend_schema(
        operation_id="pair_terminal",
        request=serializers.PairTerminal,
        responses={201: serializers.PairedTerminal},
    )
    def post(self, request: Request) -> HttpResponse:
        """Pair a terminal."""
        asked = self.read(request, serializers.PairTerminal)
        with transaction():
            pairing = pair_terminal(code=asked["code"], now=timezone.now())
        register = pairing.terminal.register
        document = {
            "terminal": {"id": register.id, "number": register.number, "name": register.name},
            "store": describe_store(pairing.terminal.store),
            "token": pairing.token,
        }
        return send_json(document, HTTPStatus.CREATED)


class SessionsView(ApiView):
    """Logs a member of staff in at a paired terminal."""

    caller: ClassVar[type | None] = PairedTerminal
    authentication_classes = [TerminalAuthentication]
    refusals: ClassVar[dict[str, tuple[type[DomainError], ...]]] = {
        "POST": (*TOKEN_REFUSALS, errors.PinWrong, errors.PinLocked)
    }

    @extend_schema(
        operation_id="open_session",
        request=serializers.OpenSession,
        responses={201: serializers.Session},
    )
    def post(self, request: Request) -> HttpResponse:
        """Log in with a staff code and a PIN."""
        asked = self.read(request, serializers.OpenSession)
        opened = open_session(
            terminal=cast("PairedTerminal", request.auth),
            staff_code=asked["staff_code"],
            pin=asked["pin"],
            now=timezone.now(),
        )
        return send_json(describe_session(opened), HTTPStatus.CREATED)


class CurrentSessionView(TillView):
    """The session that calls."""

    refusals: ClassVar[dict[str, tuple[type[DomainError], ...]]] = {"DELETE": TOKEN_REFUSALS}

    @extend_schema(operation_id="end_session", request=None, responses={204: None})
    def delete(self, request: Request) -> HttpResponse:
        """Log out."""
        with transaction():
            end_session(till=self.till(request), now=timezone.now())
        forget_session(request)
        return HttpResponse(status=HTTPStatus.NO_CONTENT)


def describe_session(opened: OpenSession) -> dict[str, Any]:
    """A login as the API shows it."""
    clerk = opened.till.clerk
    return {
        "token": opened.token,
        "expires_at": opened.expires_at,
        "staff": {
            "id": clerk.id,
            "code": clerk.code,
            "name": clerk.name,
            "role": clerk.role,
            "permissions": sorted(PERMISSIONS[clerk.role]),
        },
        "store": describe_store(opened.till.store),
        "shift": find_shift(terminal_id=opened.till.register.id),
    }


def find_shift(*, terminal_id: int) -> dict[str, Any] | None:
    """The shift that is open at a terminal: drawers belong to an app above, which is wired here."""
    find: Callable[..., dict[str, Any] | None] = import_string(settings.OPEN_SHIFT)
    return find(terminal_id=terminal_id)


def describe_store(store: StoreProfile) -> dict[str, Any]:
    """A store as the API shows it."""
    return {
        "id": store.id,
        "code": store.code,
        "name": store.name,
        "timezone": store.timezone,
        "county": store.county,
    }
