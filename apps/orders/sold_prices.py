"""What goods were really sold for in a store lately, after all that came off their prices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F, Min, Q

from apps.catalog.gtin import SCALE_PREFIX
from apps.orders.models import OrderLine
from apps.orders.types import OrderStatus

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime


def list_least_paid(
    *, store_id: int, product_ids: Collection[int], since: datetime, now: datetime
) -> dict[int, int]:
    """The least that a base unit of each product was sold for, before tax, rounded down.

    A price that was set by hand, an employee's and a coupon's count like any other: goods that
    were bought so come back as easily. What was voided was not sold, what was given away had no
    price, and points that paid for goods are as good as money, so a sale in which some were used
    tells nothing, nor does a piece whose price a scale made. What was not sold is left out.
    """
    net = F("quantity") * F("unit_price_cents") - F("discount_cents")
    lines = OrderLine.objects.filter(
        Q(order__points__isnull=True) | Q(order__points__redeemed=0),
        product__in=product_ids,
        order__store=store_id,
        order__status=OrderStatus.COMPLETED.value,
        order__placed_at__gt=since,
        order__placed_at__lte=now,
    ).alias(per_unit=net / (F("quantity") * F("pack_size")))
    told = lines.filter(per_unit__gt=0).exclude(gtin__startswith=SCALE_PREFIX)
    paid = told.order_by().values_list("product")
    return dict(paid.annotate(least=Min("per_unit")))
