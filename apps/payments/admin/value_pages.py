"""What stands on the pages of gift cards and store credit: what is owed, and what moved it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from apps.core.admin.charts import MAIN, PALE, Series, bar_chart, line_chart
from apps.payments.stored_value_figures import list_moments, list_value_days, say_liability

if TYPE_CHECKING:
    from apps.payments.models import StoredValueAccount

CHARTED_DAYS = 30


def describe_list() -> dict[str, Any]:
    """For the template above the list."""
    return {"liability": say_liability(), "charts": _charts()}


def describe_page(account: StoredValueAccount) -> dict[str, Any]:
    """For the template of one of them."""
    return {"account": account, "timeline": list_moments(account)}


def _charts() -> list[tuple[str, str, str]]:
    """By currency: what was put on and spent day by day, and what was owed by the end of each."""
    today = timezone.localdate()
    days = [today - timedelta(days=ago) for ago in reversed(range(CHARTED_DAYS))]
    names = [f"{day:%b %-d}" for day in days]
    return [
        (
            currency,
            bar_chart(
                names,
                [
                    Series("Put on", MAIN, [each.put_on for each in found], "on"),
                    Series("Spent", PALE, [each.spent for each in found], "off"),
                ],
            ),
            line_chart(names, [Series("Owed", MAIN, [each.balance for each in found])]),
        )
        for currency, found in list_value_days(days=days).items()
    ]
