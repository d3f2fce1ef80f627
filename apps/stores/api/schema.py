"""How the OpenAPI page describes our tokens."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension


class SessionTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The token of a cashier's session."""

    target_class = "apps.stores.api.authentication.SessionAuthentication"
    name = "sessionToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        description = "From `POST sessions`. Good for 12 hours, or 30 minutes without a call."
        return {"type": "http", "scheme": "bearer", "description": description}


class ServiceTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The token of a program."""

    target_class = "apps.stores.api.services.ServiceAuthentication"
    name = "serviceToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        description = "From the back office or `manage.py issue_service_token`. It has scopes."
        return {"type": "http", "scheme": "bearer", "description": description}


class TerminalTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The token of a paired terminal."""

    target_class = "apps.stores.api.authentication.TerminalAuthentication"
    name = "terminalToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        description = "From `POST terminals/pair`. Opens sessions and nothing else."
        return {"type": "http", "scheme": "bearer", "description": description}


class SessionOrServiceTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Either of the two."""

    target_class = "apps.stores.api.services.SessionOrServiceAuthentication"
    name = "sessionOrServiceToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        description = "The token of a cashier's session, or of a program."
        return {"type": "http", "scheme": "bearer", "description": description}
