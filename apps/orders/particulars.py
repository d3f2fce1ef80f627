"""What stands out in takings: sales without tax, rounded cash, tips by cashier.

A Z that was written before one of these figures was kept does not have it; a reader asks for each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, Sum

from apps.core.money import format_cents
from apps.orders.layout import spread
from apps.orders.tips import KINDS, as_once_told, merge_tips, sum_tips

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from django.db.models import QuerySet

    from apps.orders.models import Order, Return

KEYS = ("exempt", "cash_rounding_cents")
NAME_COLUMNS = 30
# Of what a Z tells: 2 since its tips are told by what paid them. What is older does not say it.
FORMAT = 2


def sum_particulars(
    *, sold: QuerySet[Order], voided: QuerySet[Order], returned: QuerySet[Return]
) -> dict[str, Any]:
    """The figures by their keys in a Z or a day."""
    return {
        "exempt": _sum_exempt(sold, voided, returned),
        "tips": sum_tips(sold=sold, voided=voided),
        "cash_rounding_cents": _sum_rounded(sold) - _sum_rounded(voided) - _sum_rounded(returned),
    }


def print_particulars(z: Mapping[str, Any]) -> Iterator[str]:
    """The figures as a Z prints them: those that there are, and none that are nothing."""
    exempt = z.get("exempt") or {}
    if exempt.get("count"):
        yield spread(f"Without tax ({exempt['count']})", format_cents(exempt["sales_cents"]))
    if exempt.get("back_cents"):
        yield spread("  voided and returned", format_cents(-exempt["back_cents"]))
    for tips in z.get("tips") or ():
        name = f"Tips of {tips['name']}"[:NAME_COLUMNS]
        yield spread(name, format_cents(tips["tip_cents"]))
        for key, kind in KINDS if tells_kinds(z) else ():
            if tips[key]:
                yield spread(f"  {kind}", format_cents(tips[key]))
    if rounded := z.get("cash_rounding_cents"):
        yield spread("Cash rounding", format_cents(rounded))


def tells_kinds(z: Mapping[str, Any]) -> bool:
    """Whether a Z, or an amendment, tells its tips by what paid them; older ones do not."""
    return int(z.get("format", 1)) >= FORMAT


def find_wrong_tips(told: Sequence[Mapping[str, Any]], now: Mapping[str, Any]) -> str | None:
    """What is wrong with the tips that a Z and its amendments tell, if anything is."""
    if not all("tips" in figures for figures in told):
        return None
    for figures in told:
        tips = sum(entry["tip_cents"] for entry in figures["tips"])
        if tips != figures["sales"]["tip_cents"] - figures["voids"]["tip_cents"]:
            return "its tips by cashier do not come to its tips"
    summed, kept = merge_tips(figures["tips"] for figures in told), now["tips"]
    if not all(map(tells_kinds, told)):
        summed, kept = as_once_told(summed), as_once_told(kept)
    if summed != kept:
        return "its tips with amendments are not what stands in the shift"
    return None


def _sum_rounded(rows: QuerySet[Any]) -> int:
    """What cash was rounded by; a void hands back what was paid, so it takes its rounding back."""
    return rows.aggregate(cents=Sum("cash_rounding_cents"))["cents"] or 0


def _sum_exempt(
    sold: QuerySet[Order], voided: QuerySet[Order], returned: QuerySet[Return]
) -> dict[str, int]:
    """Sales under a certificate, without tips and gift cards, and what was taken back of them."""
    goods = Sum(F("total_cents") - F("tip_cents") - F("gift_cards_cents"))
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
