"""How the admin looks, and where a manager finds things."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.templatetags.static import static
from django.urls import reverse_lazy

from config.settings.base import ENVIRONMENT

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest


def _may(permission: str) -> Callable[[HttpRequest], bool]:
    return lambda request: request.user.has_perm(permission)


def _page(title: str, icon: str, model: str) -> dict[str, Any]:
    """An entry of the sidebar: the list of a model, for whoever may see it."""
    app, name = model.split(".")
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{app}_{name}_changelist"),
        "permission": _may(f"{app}.view_{name}"),
    }


def _group(title: str, *items: dict[str, Any], collapsible: bool = False) -> dict[str, Any]:
    return {"title": title, "items": list(items), "collapsible": collapsible, "separator": True}


_TODAY = {"title": "Today", "icon": "monitoring", "link": reverse_lazy("admin:index")}

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Tillhouse",
    "SITE_HEADER": "Tillhouse",
    "SITE_SUBHEADER": "Back office",
    "SITE_SYMBOL": "storefront",
    "SITE_URL": None,
    "SITE_FAVICONS": [
        {
            "rel": "icon",
            "type": "image/svg+xml",
            "href": lambda _: static("tillhouse/favicon.svg"),
        }
    ],
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_BACK_BUTTON": True,
    "ENVIRONMENT": "config.settings.admin.environment_badge",
    "DASHBOARD_CALLBACK": "apps.reports.views.fill_home",
    "STYLES": [lambda _: static("tillhouse/admin.css")],
    "SCRIPTS": [lambda _: static("tillhouse/office.js")],
    "COLORS": {
        "primary": {
            "50": "oklch(98.4% .014 180.72)",
            "100": "oklch(95.3% .051 180.801)",
            "200": "oklch(91% .096 180.426)",
            "300": "oklch(85.5% .138 181.071)",
            "400": "oklch(77.7% .152 181.912)",
            "500": "oklch(65% .12 183)",
            "600": "oklch(52% .1 184.704)",
            "700": "oklch(45% .085 186.391)",
            "800": "oklch(38% .07 188.216)",
            "900": "oklch(33% .055 188.416)",
            "950": "oklch(27.7% .046 192.524)",
        },
    },
    "SIDEBAR": {
        "show_search": True,
        "navigation": [
            {"title": None, "items": [_TODAY]},
            _group(
                "Sales",
                _page("Orders", "receipt_long", "orders.order"),
                _page("Returns", "assignment_return", "orders.return"),
                _page("Exchanges", "swap_horiz", "orders.exchange"),
                _page("Without receipt", "receipt", "orders.blindreturn"),
                _page("Parked baskets", "pause_circle", "orders.parkedorder"),
                _page("Receipts by e-mail", "mail", "orders.receiptemail"),
                _page("Print jobs", "print", "orders.printjob"),
                {
                    **_page("Approvals", "approval", "stores.approval"),
                    "badge": "apps.stores.admin.approvals.waiting_badge",
                },
            ),
            _group(
                "Customers",
                _page("Customers", "person_search", "customers.customer"),
                _page("Loyalty", "loyalty", "customers.loyaltyprogramme"),
                _page("Points", "stars", "customers.loyaltyaccount"),
                _page("Tax certificates", "workspace_premium", "customers.exemptioncertificate"),
            ),
            _group(
                "Registers",
                _page("Shifts", "point_of_sale", "payments.shift"),
                _page("Z reports", "summarize", "orders.zreport"),
                _page("Days", "event_available", "orders.dayclose"),
                _page("Cash movements", "payments", "payments.cashmovement"),
            ),
            _group(
                "Money",
                _page("Card payments", "credit_card", "payments.payment"),
                _page("Card refunds", "credit_card_off", "payments.refund"),
                _page("Gift cards and credit", "card_giftcard", "payments.storedvalueaccount"),
                _page("Differences", "difference", "payments.difference"),
                _page("Disputes", "gavel", "payments.dispute"),
                _page("Payouts", "account_balance_wallet", "payments.payout"),
                _page("Stripe's events", "webhook", "payments.stripeevent"),
                _page("Card readers", "contactless", "payments.reader"),
            ),
            _group(
                "Catalog",
                _page("Products", "liquor", "catalog.product"),
                _page("Price changes", "sell", "catalog.price"),
                _page("Price editions", "library_books", "catalog.priceedition"),
                _page("Promotions", "percent", "catalog.promotion"),
                _page("Imports", "upload_file", "catalog.importrun"),
                _page("Categories", "category", "catalog.category"),
                _page("Modifiers", "tune", "catalog.modifiergroup"),
                _page("Price books", "menu_book", "catalog.pricebook"),
                _page("Head office", "domain", "sync.catalogsource"),
            ),
            _group(
                "Stock",
                _page("Stock levels", "inventory_2", "inventory.stockbalance"),
                _page("Move stock", "local_shipping", "inventory.stockdocument"),
                _page("Ledger", "swap_vert", "inventory.stockmovement"),
                _page("To be counted", "fact_check", "inventory.countrequest"),
            ),
            _group(
                "Stores and people",
                _page("Stores", "storefront", "stores.store"),
                _page("Terminals", "point_of_sale", "stores.terminal"),
                _page("Service tokens", "key", "stores.servicetoken"),
                _page("Staff", "badge", "stores.staff"),
                _page("Limits of roles", "rule", "stores.rolelimit"),
                {
                    "title": "Exceptions",
                    "icon": "flag",
                    "link": reverse_lazy("exceptions"),
                    "permission": _may("core.view_auditentry"),
                },
                _page("Tax counties", "account_balance", "stores.taxjurisdiction"),
                _page("What is taxed", "percent", "stores.taxtreatment"),
            ),
            _group(
                "Sync",
                _page("Destinations", "cloud_upload", "sync.destination"),
                {
                    **_page("Undelivered", "mail_off", "sync.undelivered"),
                    "badge": "apps.sync.admin.undelivered.dead_badge",
                },
                _page("Batches", "inventory", "sync.batch"),
                _page("Comparisons", "balance", "sync.syncreconciliation"),
                _page("Facts", "bolt", "core.outboxevent"),
                _page("Peers", "hub", "sync.peer"),
                _page("Received batches", "move_to_inbox", "sync.receivedbatch"),
                _page("Rejected facts", "report", "sync.rejectedfact"),
                collapsible=True,
            ),
            _group(
                "Other stores",
                _page("Sales", "receipt_long", "sync.remotesale"),
                _page("Returns", "assignment_return", "sync.remotereturn"),
                _page("Payments", "credit_card", "sync.remotepayment"),
                _page("Shifts", "point_of_sale", "sync.remoteshift"),
                _page("Stock", "inventory_2", "sync.remotestock"),
                collapsible=True,
            ),
            _group(
                "System",
                _page("Audit", "history", "core.auditentry"),
                _page("Accounts", "person", "auth.user"),
                _page("Roles", "groups", "auth.group"),
                collapsible=True,
            ),
        ],
    },
}


def environment_badge(request: HttpRequest) -> list[str] | None:
    """Which installation this is, so that nobody mistakes staging for production."""
    return {"staging": ["Staging", "warning"], "production": None}.get(
        ENVIRONMENT, ["On this machine", "info"]
    )
