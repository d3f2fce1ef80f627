"""Who does more out of the ordinary than others: what a manager opens when a drawer is short."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from statistics import median
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.template.response import TemplateResponse

from apps.core.money import format_cents
from apps.reports.selectors import list_deeds, list_exceptions
from apps.stores.selectors import list_store_names

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.http import HttpRequest, HttpResponse

    from apps.reports.types import CashierExceptions

SPANS = (1, 7, 30)  # days
A_WEEK = 7
KINDS = {
    "order.voided": "Voids",
    "order.returned": "Returns",
    "goods.returned_blind": "Without receipt",
    "price.overridden": "Other prices",
    "employee_price.given": "Employee prices",
    "coupon.used": "Coupons",
    "line.removed": "Lines taken off",
    "drawer.no_sale": "No sale",
    "drawer.overdrawn": "Beyond the drawer",
    "receipt.reprinted": "Reprints",
}
# What is done to prices in the office, by the people there: no till is asked.
PRICE_KINDS = {
    "price.scheduled": "Prices set",
    "price.withdrawn": "Prices taken off",
    "price_book.published": "Editions published",
    "price_book.rolled_back": "Editions rolled back",
    "products.imported": "Files imported",
    "promotion.published": "Promotions published",
    "promotion.changed": "Promotions changed",
    "promotion.withdrawn": "Promotions withdrawn",
}
FEW = 5  # exceptions, that are too few to stand out
CONSPICUOUS = 2  # times what is usual


def show_exceptions(request: HttpRequest, *, now: datetime) -> HttpResponse:
    """Each cashier's exceptions of the last days. `?days=` and `?store=` narrow it."""
    if not request.user.has_perm("core.view_auditentry"):
        raise PermissionDenied
    stores = list_store_names()
    store_id = next((pk for pk in stores if str(pk) == request.GET.get("store")), None)
    days = next((span for span in SPANS if str(span) == request.GET.get("days")), A_WEEK)
    since = now - timedelta(days=days)
    people = list_exceptions(actions=KINDS, store_id=store_id, since=since, now=now)
    context = {
        **admin.site.each_context(request),
        "title": "Exceptions by cashier",
        "spans": SPANS,
        "days": days,
        "stores": stores,
        "store_id": store_id,
        "kinds": list(KINDS.values()),
        "usual": _usual(people),
        "rows": _rows(people),
        "price_kinds": list(PRICE_KINDS.values()),
        "price_rows": _price_rows(since, now),
    }
    return TemplateResponse(request, "reports/exceptions.html", context)


def _price_rows(since: datetime, now: datetime) -> list[tuple[str, list[int]]]:
    """Who changed prices, with how often by kind; whoever did most comes first."""
    people = list_deeds(actions=PRICE_KINDS, since=since, now=now)
    ranked = sorted(people.items(), key=lambda each: (-sum(each[1].values()), each[0]))
    return [(name, [counts.get(kind, 0) for kind in PRICE_KINDS]) for name, counts in ranked]


def _usual(people: Sequence[CashierExceptions]) -> Decimal:
    """What is usual per hundred sales among those who sold."""
    return median([each.per_hundred for each in people if each.sales] or [Decimal(0)])


def _rows(people: Sequence[CashierExceptions]) -> list[dict[str, Any]]:
    usual = _usual(people)
    most = max((person.per_hundred for person in people), default=Decimal(0))
    return [
        {
            "name": person.name,
            "sales": person.sales,
            "per_hundred": person.per_hundred,
            "share": round(100 * person.per_hundred / most) if most else 0,
            "stands_out": person.count >= FEW and person.per_hundred > CONSPICUOUS * usual,
            "counts": [person.counts.get(action, 0) for action in KINDS],
            "amount": format_cents(person.amount_cents) if person.amount_cents else "",
        }
        for person in people
    ]
