"""What stands below a customer: what they bought, and their certificates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from apps.customers.exemptions import list_certificates, standing
from apps.customers.points import list_accounts, list_entries
from apps.customers.purchases import list_purchases

if TYPE_CHECKING:
    from uuid import UUID

SHOWN = 50


def describe_page(*, customer_id: UUID) -> dict[str, Any]:
    """For the template of a customer's page."""
    today = timezone.localdate()
    certificates = list_certificates(customer_id=customer_id)
    return {
        "certificates": [(row, standing(row, today)) for row in certificates],
        "purchases": list_purchases(customer_id=customer_id),
        "accounts": list_accounts(customer_id=customer_id),
        "points": list_entries(customer_id=customer_id)[:SHOWN],
    }
