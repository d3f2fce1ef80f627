"""Tips: whose they are, and whether they lie in the drawer.

A tip is the cashier's who sold. It was put on a card as far as cards and the like paid that much of
the sale; the rest of it is cash, and lies in the drawer until it is paid out.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from django.db.models import Q, Sum
from django.db.models.functions import Coalesce

from apps.payments.types import TenderKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from apps.orders.models import Order

type Tips = list[dict[str, Any]]
CENTS = ("tip_cents", "by_card_cents", "in_cash_cents")
_TAKEN = Q(tenders__amount_cents__gt=0, tenders__return_id__isnull=True)


def sum_tips(*, sold: QuerySet[Order], voided: QuerySet[Order]) -> Tips:
    """Tips by cashier, less those of sales that were voided, in the order of their names."""
    return merge_tips([_by_cashier(sold, 1), _by_cashier(voided, -1)])


def merge_tips(parts: Iterable[Tips]) -> Tips:
    """Tips by cashier out of several lists; who comes to nothing is left out."""
    sums: dict[int, dict[str, int]] = defaultdict(lambda: dict.fromkeys(CENTS, 0))
    names: dict[int, str] = {}
    for entry in (entry for part in parts for entry in part):
        names[entry["cashier_id"]] = entry["name"]
        for key in CENTS:
            sums[entry["cashier_id"]][key] += entry[key]
    return [
        {"cashier_id": key, "name": names[key], **sums[key]}
        for key in sorted(names, key=lambda key: (names[key], key))
        if any(sums[key].values())
    ]


def _by_cashier(orders: QuerySet[Order], sign: int) -> Tips:
    not_cash = Sum("tenders__amount_cents", filter=_TAKEN & ~Q(tenders__kind=TenderKind.CASH.value))
    tipped = orders.filter(tip_cents__gt=0).annotate(elsewhere=Coalesce(not_cash, 0))
    rows = tipped.order_by("pk").values_list("cashier", "cashier_name", "tip_cents", "elsewhere")
    return [
        {
            "cashier_id": cashier,
            "name": name,
            "tip_cents": sign * tip_cents,
            "by_card_cents": sign * min(tip_cents, elsewhere),
            "in_cash_cents": sign * (tip_cents - min(tip_cents, elsewhere)),
        }
        for cashier, name, tip_cents, elsewhere in rows
    ]
