"""What the audit says of a sale besides itself: rights that were used, and lines taken off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django_subatomic.db import transaction_required

from apps.core import audit

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from apps.catalog.promotions.types import Applied
    from apps.core.types import JSON
    from apps.orders.types import Sale
    from apps.stores.types import Till


@transaction_required
def tell_of_rights(*, till: Till, sale: Sale, now: datetime) -> None:
    """One entry for the employee price of a sale, and one for each coupon; none where none is used.

    Both name what came off by them, which may be nothing. Other promotions are facts of the order:
    nobody at the till decides on them.
    """
    request = sale.request
    if not (request.employee_price or request.coupons):
        return
    applied = [each for line in sale.basket.lines for each in line.discounts]
    if request.employee_price:
        off = _cents(each for each in applied if each.promotion.for_employees)
        _tell(till, sale, now, "employee_price.given", {"amount_cents": off})
    for coupon in sorted(request.coupons):
        off = _cents(each for each in applied if each.promotion.coupon == coupon)
        _tell(till, sale, now, "coupon.used", {"coupon": coupon, "amount_cents": off})


@transaction_required
def tell_of_removed(*, till: Till, sale: Sale, now: datetime) -> None:
    """One entry of the audit for each thing that was quoted and is not sold."""
    for removed in sale.removed:
        facts: dict[str, JSON] = {
            "order": str(sale.request.id),
            "product": removed.product_id,
            "quantity": removed.quantity,
            "amount_cents": removed.amount_cents,
        }
        subject = f"order-line:{removed.line_id}"
        audit.record(audit.AuditFact(now, till.actor, "line.removed", subject, facts))


def _cents(applied: Iterable[Applied]) -> int:
    return sum(each.amount_cents for each in applied)


def _tell(till: Till, sale: Sale, now: datetime, action: str, facts: dict[str, JSON]) -> None:
    subject = f"order:{sale.request.id}"
    audit.record(audit.AuditFact(now, till.actor, action, subject, facts))
