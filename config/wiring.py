"""What is connected to what, on one screen: events to tasks, checks to books, roles to pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.core.audit_checks import find_broken_links
from apps.inventory.selectors import find_ledger_drift
from apps.orders.events import OrderCompleted, OrderVoided
from apps.orders.selectors import find_unbalanced_orders
from apps.stores.types import Permission

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from apps.core.events import Event

# Which tasks hear of which event. Each task takes the event's id and does its work once per id.
SUBSCRIBERS: Mapping[type[Event], tuple[str, ...]] = {
    OrderCompleted: ("inventory.request_counts",),
    OrderVoided: (),
}

# What `manage.py verify_ledgers` recomputes: each check yields a sentence per difference.
LEDGER_CHECKS: Mapping[str, Callable[[], Iterable[str]]] = {
    "stock": find_ledger_drift,
    "orders": find_unbalanced_orders,
    "audit": find_broken_links,
}

# Which admin pages a permission of the role table opens, and for what.
_SEE = ("view",)
_EDIT = ("view", "add", "change")
OFFICE_PAGES: Mapping[Permission, Mapping[str, tuple[str, ...]]] = {
    Permission.VIEW_OFFICE: {
        "core.auditentry": _SEE,
        "stores.store": _SEE,
        "stores.staff": _SEE,
        "stores.terminal": _SEE,
        "stores.taxjurisdiction": _SEE,
    },
    Permission.MANAGE_TERMINALS: {"stores.terminal": _EDIT},
    Permission.MANAGE_STAFF: {"stores.staff": _EDIT},
    Permission.MANAGE_STORES: {"stores.store": _EDIT, "stores.taxjurisdiction": _EDIT},
}
