"""The calls of the terminal API, as its contract lists them."""

from __future__ import annotations

from uuid import UUID

ANY_ID = UUID("0197c0de-0000-4000-8000-000000000001")
READ, SEND = "GET", "POST"

# Every call that answers by now. `{id}` stands for an order's id, `{key}` for an idempotency key.
# Those that begin with a slash are other installations'.
BUILT: tuple[tuple[str, str], ...] = (
    (SEND, "terminals/pair"),
    (SEND, "sessions"),
    ("DELETE", "sessions/current"),
    (READ, "products/lookup"),
    (READ, "products"),
    (READ, "catalog/snapshot"),
    (READ, "catalog/changes"),
    (SEND, "orders/quote"),
    (SEND, "orders"),
    (READ, "orders/{id}"),
    (READ, "orders"),
    (SEND, "orders/{id}/void"),
    (SEND, "orders/{id}/returns"),
    (SEND, "orders/park"),
    (READ, "orders/parked"),
    (SEND, "orders/parked/{id}/resume"),
    (READ, "orders/{id}/receipt"),
    (SEND, "orders/{id}/receipt/email"),
    (READ, "orders/{id}/receipt/email"),
    (SEND, "print-jobs"),
    (SEND, "print-jobs/lease"),
    (READ, "print-jobs/{id}"),
    (SEND, "print-jobs/{id}/done"),
    (SEND, "print-jobs/{id}/failed"),
    (READ, "stock"),
    (SEND, "stock/adjustments"),
    (READ, "idempotency/{key}"),
    (SEND, "payments"),
    (READ, "payments/{id}"),
    (READ, "payments/{id}/client-secret"),
    (SEND, "payments/{id}/capture"),
    (SEND, "payments/{id}/cancel"),
    (SEND, "payments/{id}/refunds"),
    (READ, "readers"),
    (SEND, "terminals/connection-token"),
    (SEND, "approvals"),
    (SEND, "approvals/requests"),
    (READ, "approvals/requests/{id}"),
    (SEND, "shifts"),
    (READ, "shifts/current"),
    (SEND, "shifts/current/cash-movements"),
    (SEND, "shifts/current/close"),
    (READ, "shifts/{id}/z"),
    (SEND, "customers"),
    (READ, "customers"),
    (READ, "customers/{id}"),
    (SEND, "returns"),
    (SEND, "orders/{id}/exchanges"),
    (SEND, "gift-cards/balance"),
    (SEND, "gift-cards/codes"),
    (SEND, "/api/sync"),
    (READ, "/api/sync/status"),
    (READ, "/api/sync/totals"),
    (READ, "/api/sync/facts"),
)
# Calls of the contract that are not built yet: terminals in the field may already ask for them.
LATER: tuple[tuple[str, str], ...] = (
    (SEND, "orders/offline"),
    (READ, "stock/stream"),
    (SEND, "heartbeat"),
)
# Calls of other programs that answer by now.
BUILT_ELSEWHERE: tuple[tuple[str, str], ...] = ((SEND, "/webhooks/stripe"),)
# Those that are not built yet, with those of the back office. None of these paths begins with
# /api/v1/.
LATER_ELSEWHERE: tuple[tuple[str, str], ...] = (
    (SEND, "/webhooks/orders/uber-eats"),
    (SEND, "/webhooks/orders/doordash"),
    (SEND, "/webhooks/alertmanager"),
    (READ, "/health"),
)


def address(path: str) -> str:
    """A path of the contract as it is asked for; one that begins with a slash is whole."""
    if path.startswith("/"):
        return path
    return "/api/v1/" + path.replace("{id}", str(ANY_ID)).replace("{key}", "k")
