"""What a past buyer brought along: an exemption from tax, and points that came off."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from apps.customers.exemptions import as_certificate
from apps.customers.types import Exemption, ExemptionClaim

if TYPE_CHECKING:
    from apps.catalog.promotions.types import LineDiscount
    from apps.orders.models import Order, OrderLine
    from apps.orders.types import BasketLine


def exemption_of(order: Order) -> Exemption | None:
    """The exemption under which an order was sold, or None."""
    if order.certificate is None:
        return None
    return Exemption(as_certificate(order.certificate), ExemptionClaim())


def keep_points(sold: OrderLine, line: BasketLine, off: LineDiscount) -> LineDiscount:
    """What comes off a line now, with what points took off it then, as far as it still costs that.

    What no promotion took off, points did; they say so among its discounts.
    """
    points_cents = sum(
        discount["amount_cents"] for discount in sold.discounts if discount["kind"] == "points"
    )
    left_cents = line.quantity * line.unit_price_cents - off.discount_cents
    return replace(off, discount_cents=off.discount_cents + min(points_cents, left_cents))
