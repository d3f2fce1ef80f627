"""The first page a manager sees: how today goes, and what needs a hand."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from apps.core.money import format_cents
from apps.inventory.selectors import list_low, list_negative, list_open_count_requests
from apps.reports import selectors
from apps.stores.selectors import list_store_names

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import HttpRequest

    from apps.reports.types import DayFigures

BEST_SELLERS = 8
SHELVES = 8
_BARS = {"grouped": True, "maxBarThickness": 22, "barPercentage": 0.9, "borderRadius": 3}
TODAY, LAST_WEEK = "var(--color-primary-600)", "var(--color-base-400)"


def fill_home(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Unfold's hook: the context of the home page. `?store=` narrows it to one store.

    Who may not see orders sees no figures of them.
    """
    if not request.user.has_perm("orders.view_order"):
        return {**context, "title": "Today"}
    stores = list_store_names()
    asked = request.GET.get("store", "")
    store_id = next((pk for pk in stores if str(pk) == asked), None)
    days = selectors.list_store_days(store_id=store_id, now=timezone.now())
    before = selectors.week_before(days)
    low, negative, waiting = list_low(), list_negative(), list_open_count_requests()
    if store_id is not None:
        low, negative = low.filter(store=store_id), negative.filter(store=store_id)
        waiting = waiting.filter(store=store_id)
    return {
        **context,
        "title": "Today",
        "stores": stores,
        "store_id": store_id,
        "figures": _figures(selectors.get_day_figures(days), selectors.get_day_figures(before)),
        "by_hour": _by_hour(
            selectors.list_sales_by_hour(days), selectors.list_sales_by_hour(before)
        ),
        "best_sellers": _best_sellers(days),
        "by_store": _by_store(days) if store_id is None else None,
        "low": _shelves(low[:SHELVES]),
        "negative": _shelves(negative[:SHELVES]),
        "to_count": waiting.count(),
    }


def _figures(today: DayFigures, before: DayFigures) -> list[dict[str, str]]:
    return [
        {
            "name": "Sales today",
            "value": format_cents(today.sales_cents),
            "note": f"before tax; {format_cents(before.sales_cents)} on the whole day a week ago",
        },
        {
            "name": "Orders",
            "value": f"{today.orders:,}",
            "note": f"{today.voids} voided" if today.voids else "none voided",
        },
        {"name": "Per order", "value": format_cents(today.average_cents), "note": ""},
        {"name": "Items sold", "value": f"{today.units:,}", "note": ""},
        {"name": "Sales tax", "value": format_cents(today.tax_cents), "note": "owed for today"},
    ]


def _by_hour(today: list[int], before: list[int]) -> str:
    """The chart of today's hours beside those of a week ago, quiet hours at both ends cut off."""
    busy = [hour for hour in selectors.HOURS if today[hour] or before[hour]]
    hours = range(min(busy, default=8), max(busy, default=20) + 1)
    return _chart(
        [f"{hour}:00" for hour in hours],
        [
            ("Today", TODAY, [today[hour] for hour in hours]),
            ("A week ago", LAST_WEEK, [before[hour] for hour in hours]),
        ],
    )


def _best_sellers(days: list[Any]) -> list[dict[str, Any]]:
    sellers = selectors.list_best_sellers(days, count=BEST_SELLERS)
    most = max((seller.sales_cents for seller in sellers), default=0)
    return [
        {
            "product_id": seller.product_id,
            "name": seller.name,
            "units": seller.units,
            "sales": format_cents(seller.sales_cents),
            "share": _share(seller.sales_cents, most),
        }
        for seller in sellers
    ]


def _shelves(balances: Iterable[Any]) -> list[dict[str, Any]]:
    """Each shelf with its bar: how much is left of the level at which to order, or is missing."""
    rows = list(balances)
    missing = max((-balance.on_hand for balance in rows if balance.on_hand < 0), default=0)
    return [
        {
            "product_id": balance.product_id,
            "name": balance.product.name,
            "store": balance.store.name,
            "on_hand": balance.on_hand,
            "share": _share(abs(balance.on_hand), missing or balance.reorder_point),
        }
        for balance in rows
    ]


def _share(part: int, whole: int | None) -> int:
    """Percent; nothing of nothing."""
    return min(100, round(100 * part / whole)) if whole else 0


def _by_store(days: list[Any]) -> str:
    sales = selectors.list_sales_by_store(days)
    return _chart([name for name, _ in sales], [("Today", TODAY, [cents for _, cents in sales])])


def _chart(labels: list[str], series: list[tuple[str, str, list[int]]]) -> str:
    """What unfold's chart takes; dollars, because that is what its axis shows."""
    datasets = [
        {
            "label": name,
            "backgroundColor": color,
            "data": [cents / 100 for cents in values],
            "displayYAxis": True,
            **_BARS,
        }
        for name, color, values in series
    ]
    return json.dumps({"labels": labels, "datasets": datasets})
