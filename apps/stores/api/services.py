"""Who calls, where no cashier does: a bearer token that stands for a program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication

from apps.stores.api.authentication import SessionAuthentication, bearer_token
from apps.stores.errors import PermissionMissing, TokenInvalid
from apps.stores.service_selectors import find_service_caller
from apps.stores.services.service_tokens import PREFIX, touch_service_token

if TYPE_CHECKING:
    from rest_framework.request import Request

    from apps.stores.service_types import Scope, ServiceCaller
    from apps.stores.types import Till


class ServiceAuthentication(BaseAuthentication):
    """The token of a program. It is looked up in the database at every call."""

    def authenticate(self, request: Request) -> tuple[ServiceCaller, ServiceCaller] | None:
        token = bearer_token(request)
        if token is None:
            return None
        caller = authenticate_service(token)
        return caller, caller

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class SessionOrServiceAuthentication(SessionAuthentication):
    """The token of a cashier's session, or of a program."""

    def authenticate(  # type: ignore[override]  # it lets more callers in
        self, request: Request
    ) -> tuple[Till | ServiceCaller, Till | ServiceCaller] | None:
        token = bearer_token(request)
        if token is None or not token.startswith(PREFIX):
            return super().authenticate(request)
        caller = authenticate_service(token)
        return caller, caller


def authenticate_service(token: str) -> ServiceCaller:
    """The program behind a token, whose use is noted.

    Raises:
        TokenInvalid: the token is unknown or revoked.
    """
    now = timezone.now()
    caller = find_service_caller(token=token, now=now)
    if caller is None:
        raise TokenInvalid("Ask an owner for a new token: Service tokens, then Add.")
    if caller.is_due_a_touch:
        touch_service_token(caller=caller, now=now)
    return caller


def require_scope(caller: ServiceCaller, scope: Scope) -> None:
    """Refuse a program whose token lacks a scope.

    Raises:
        PermissionMissing: naming the scope.
    """
    if scope not in caller.scopes:
        raise PermissionMissing(
            f"The token {caller.name!r} lacks the scope {scope.value}. Use one that has it.",
            permission=scope.value,
        )
