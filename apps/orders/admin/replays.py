"""Past baskets under a draft of prices: asked for, watched, and what came of it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.utils import timezone
from unfold.decorators import display

from apps.core.admin.base import ReadOnlyAdmin
from apps.core.money import format_cents
from apps.orders.admin.replay_start import StartMixin
from apps.orders.models import BasketReplay
from apps.orders.types import ReplayState

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

SHOWN = 15
PATIENCE = timedelta(hours=1)  # after which its worker must have died
SECONDS = 2  # between two looks at one that runs
UNDER_WAY = frozenset({ReplayState.WAITING.value, ReplayState.RUNNING.value})
BARS = {"grouped": True, "maxBarThickness": 22, "barPercentage": 0.9, "borderRadius": 3}
SERIES = (
    ("Today's prices", "var(--color-base-400)", "live_cents"),
    ("The draft's", "var(--color-primary-600)", "draft_cents"),
)


@admin.register(BasketReplay)
class BasketReplayAdmin(StartMixin, ReadOnlyAdmin):
    """Every replay, newest first; begun from the page of an edition."""

    keyset = ("asked_at", "pk")
    list_display = ("asked_at", "edition", "standing", "change", "store", "asked_by")
    list_select_related = ("edition", "store")
    list_filter = ("edition", "store")
    change_form_after_template = "orders/admin/replay.html"

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return []  # the template below shows it as people read one

    @display(
        description="State",
        label={"done": "success", "running": "info", "waiting": "info", "failed": "danger"},
    )
    def standing(self, asked: BasketReplay) -> str:
        return asked.state.lower()

    @display(description="Change of what baskets cost")
    def change(self, asked: BasketReplay) -> str:
        return format_cents(asked.result["total"]["change_cents"]) if asked.result else ""

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        asked: BasketReplay = context["original"]
        is_stuck = asked.state in UNDER_WAY and timezone.now() - asked.asked_at > PATIENCE
        context |= {"asked": asked, "found": asked.result, "is_stuck": is_stuck}
        if asked.result:
            context["by_day"] = _chart(asked.result["by_day"])
            context["tables"] = [
                ("Bring more", asked.result["winners"][:SHOWN]),
                ("Bring less", asked.result["losers"][:SHOWN]),
            ]
        response = super().render_change_form(request, context, *args, **kwargs)
        if asked.state in UNDER_WAY and not context["is_stuck"]:
            response["Refresh"] = str(SECONDS)
        return response


def _chart(days: list[dict[str, Any]]) -> str:
    """What unfold's chart takes: two bars a day, in dollars."""
    datasets = [
        {
            "label": name,
            "backgroundColor": color,
            "data": [day[key] / 100 for day in days],
            "displayYAxis": True,
            **BARS,
        }
        for name, color, key in SERIES
    ]
    return json.dumps({"labels": [day["day"] for day in days], "datasets": datasets})
