"""What came in by day and kind of tender, for the charts of the back office."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from django.db.models import OuterRef, Subquery, Sum

from apps.payments.models import Tender
from apps.payments.types import TenderKind

if TYPE_CHECKING:
    from datetime import date

    from django.db.models import QuerySet

type ByDay = Counter[tuple[date, TenderKind]]  # in cents


def sum_tenders_by_day(*, orders: QuerySet[Any], returns: QuerySet[Any]) -> ByDay:
    """What was handed over for orders, less what voids handed back, and returns on their own day.

    Change is not known here: cash is what was handed over.
    """
    of_orders = Tender.objects.filter(order__in=orders.order_by().values("pk"))
    returned_on = returns.order_by().filter(pk=OuterRef("return_id")).values("business_date")
    back = Tender.objects.filter(return_id__in=returns.order_by().values("pk"))
    sums: ByDay = Counter()
    for rows, day in (
        (of_orders.filter(return_id__isnull=True), "order__business_date"),
        (back.annotate(day=Subquery(returned_on)), "day"),
    ):
        for row in rows.values(day, "kind").annotate(cents=Sum("amount_cents")).order_by():
            sums[row[day], TenderKind(row["kind"])] += row["cents"]
    return sums
