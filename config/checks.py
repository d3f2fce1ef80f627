"""Which books check themselves, and by what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from apps.core.audit_checks import find_broken_links
from apps.core.numbering import find_sequence_faults
from apps.inventory.selectors import find_ledger_drift
from apps.orders.blind_returns import find_faulty_blind_returns
from apps.orders.points_checks import find_points_faults
from apps.orders.selectors import find_unbalanced_orders
from apps.orders.z_checks import find_faulty_shifts
from apps.payments.drawer_selectors import find_unbalanced_drawers
from apps.payments.selectors import find_payment_drift
from apps.payments.stored_value_selectors import find_stored_value_drift
from apps.sync.conservation import find_lost_facts
from apps.sync.services.receiving.proving import find_received_faults

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

# What `manage.py verify_ledgers` recomputes: each check yields a sentence per difference.
LEDGER_CHECKS: Mapping[str, Callable[[], Iterable[str]]] = {
    "stock": find_ledger_drift,
    "orders": find_unbalanced_orders,
    "returns without receipt": find_faulty_blind_returns,
    "payments": find_payment_drift,
    "stored value": find_stored_value_drift,
    "drawers": find_unbalanced_drawers,
    "shifts": find_faulty_shifts,
    "points": find_points_faults,
    "facts told": find_sequence_faults,
    "sync": find_lost_facts,
    "received": lambda: find_received_faults(now=timezone.now()),  # noqa: TID251 - a check takes no argument
    "audit": find_broken_links,
}
