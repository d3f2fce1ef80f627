"""Against copying the customers out: how often a till may look one up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.throttling import SimpleRateThrottle

from apps.customers.errors import LookupLimited

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.views import APIView


class LookupThrottle(SimpleRateThrottle):
    """Thirty reads of customers a minute from one terminal: more than any queue asks for."""

    scope = "customer_lookup"
    rate = "30/min"

    def get_cache_key(self, request: Request, view: APIView) -> str | None:
        caller = getattr(request.auth, "scope", "")
        if request.method not in {"GET", "HEAD"} or not caller:
            return None
        return f"throttle:customers:{caller}"

    def throttle_failure(self) -> bool:
        wait = int(self.wait() or 1) + 1
        raise LookupLimited("Wait before the next look-up.", retry_after=wait)
