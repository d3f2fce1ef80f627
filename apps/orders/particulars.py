"""What stands out in the takings of a shift, a day or a late sale: sales without tax, rounded cash.

A Z that was written before one of these figures was kept does not have it; a reader asks for each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, Sum

from apps.core.money import format_cents
from apps.orders.layout import spread

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from django.db.models import QuerySet

    from apps.orders.models import Order, Return

KEYS = ("exempt", "cash_rounding_cents")


def sum_particulars(
    *, sold: QuerySet[Order], voided: QuerySet[Order], returned: QuerySet[Return]
) -> dict[str, Any]:
    """The figures by their keys in a Z or a day."""
    return {
        "exempt": _sum_exempt(sold, voided, returned),
        "cash_rounding_cents": _sum_rounded(sold) - _sum_rounded(voided) - _sum_rounded(returned),
    }


def print_particulars(z: Mapping[str, Any]) -> Iterator[str]:
    """The figures as a Z prints them: those that there are, and none that are nothing."""
    exempt = z.get("exempt") or {}
    if exempt.get("count"):
        yield spread(f"Without tax ({exempt['count']})", format_cents(exempt["sales_cents"]))
    if exempt.get("back_cents"):
        yield spread("  voided and returned", format_cents(-exempt["back_cents"]))
    if rounded := z.get("cash_rounding_cents"):
        yield spread("Cash rounding", format_cents(rounded))


def _sum_rounded(rows: QuerySet[Any]) -> int:
    """What cash was rounded by; a void hands back what was paid, so it takes its rounding back."""
    return rows.aggregate(cents=Sum("cash_rounding_cents"))["cents"] or 0


def _sum_exempt(
    sold: QuerySet[Order], voided: QuerySet[Order], returned: QuerySet[Return]
) -> dict[str, int]:
    """Sales under a certificate, without tips, and what voids and returns took back of them."""
    goods = Sum(F("total_cents") - F("tip_cents"))
    sums = sold.filter(certificate__isnull=False).aggregate(count=Count("pk"), cents=goods)
    voids = voided.filter(certificate__isnull=False).aggregate(cents=goods)["cents"] or 0
    of_exempt = returned.filter(order__certificate__isnull=False)
    returns = of_exempt.aggregate(cents=Sum("total_cents"))["cents"] or 0
    return {
        "count": sums["count"],
        "sales_cents": sums["cents"] or 0,
        "back_cents": voids + returns,
        "net_cents": (sums["cents"] or 0) - voids - returns,
    }
