"""Against guessing: how often an unknown caller may try."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.throttling import SimpleRateThrottle

from apps.stores.errors import TooManyAttempts

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.views import APIView


class PairingThrottle(SimpleRateThrottle):
    """Twenty tries a minute from one address: all the codes of six would take it years."""

    scope = "pairing"
    rate = "20/min"

    def get_cache_key(self, request: Request, view: APIView) -> str | None:
        return f"throttle:pairing:{self.get_ident(request)}"

    def throttle_failure(self) -> bool:
        wait = int(self.wait() or 1) + 1
        raise TooManyAttempts("Wait before the next try.", retry_after=wait)
