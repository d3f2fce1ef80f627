"""The first page a manager sees: how today goes, and what needs a hand."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from apps.core.admin.charts import MAIN, PALE, SECOND, Series, bar_chart
from apps.core.admin.panels import home_notices, other_stores_panel
from apps.core.money import format_cents
from apps.inventory.selectors import list_low, list_negative, list_open_count_requests
from apps.payments.attention import get_attention
from apps.payments.wording import say_decline
from apps.reports import selectors
from apps.reports.exceptions import show_exceptions
from apps.reports.types import Takings
from apps.stores.selectors import list_store_names

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import HttpRequest, HttpResponse

    from apps.reports.types import CardTroubles, DayFigures

BEST_SELLERS = 8
SHELVES = 8
REASONS = 4
NOTHING = Takings()


def fill_home(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Unfold's hook: the context of the home page. `?store=` narrows it to one store.

    Who may not see orders sees no figures of them.
    """
    if not request.user.has_perm("orders.view_order"):
        return {**context, "title": "Today"}
    stores = list_store_names()
    asked = request.GET.get("store", "")
    store_id = next((pk for pk in stores if str(pk) == asked), None)
    now = timezone.now()
    days = selectors.list_store_days(store_id=store_id, now=now)
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
            selectors.list_takings_by_hour(days), selectors.list_takings_by_hour(before)
        ),
        "cards": _cards(selectors.get_card_troubles(days)),
        "attention": get_attention(now=now),
        "notices": home_notices(user=request.user, now=now),
        "other_stores": None if store_id else other_stores_panel(user=request.user, now=now),
        "best_sellers": _best_sellers(days),
        "by_store": _by_store(days) if store_id is None else None,
        "low": _shelves(low[:SHELVES]),
        "negative": _shelves(negative[:SHELVES]),
        "to_count": waiting.count(),
    }


def exceptions(request: HttpRequest) -> HttpResponse:
    """Who does more out of the ordinary than others."""
    return show_exceptions(request, now=timezone.now())


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


def _by_hour(today: list[Takings], before: list[Takings]) -> str:
    """The chart of today's hours, cards on cash, beside those of a week ago.

    Quiet hours at both ends are cut off.
    """
    busy = [hour for hour in selectors.HOURS if today[hour] != NOTHING or before[hour] != NOTHING]
    hours = range(min(busy, default=8), max(busy, default=20) + 1)
    return bar_chart(
        [f"{hour}:00" for hour in hours],
        [
            Series("Cash", MAIN, [today[hour].cash_cents for hour in hours], "today"),
            Series("Card", SECOND, [today[hour].card_cents for hour in hours], "today"),
            Series("A week ago", PALE, [before[hour].total_cents for hour in hours], "before"),
        ],
    )


def _cards(troubles: CardTroubles) -> dict[str, Any]:
    """What went wrong with cards today, with the commonest reasons in words."""
    reasons: Counter[str] = Counter()
    for code, count in troubles.reasons:
        reasons[say_decline(code or "refused")] += count
    return {
        "tried": troubles.tried,
        "counts": [
            ("declined: the bank said no", troubles.declined),
            ("failed: the reader, the customer or Stripe ended it", troubles.failed),
            ("not known yet: Stripe has not answered", troubles.unknown),
        ],
        "reasons": reasons.most_common(REASONS),
    }


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
    return bar_chart([name for name, _ in sales], [Series("Today", MAIN, [c for _, c in sales])])
