"""What the audit says of a sale besides itself: what is out of the ordinary about it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from django_subatomic.db import transaction_required

from apps.core import audit
from apps.orders.documents import describe_discounts
from apps.orders.services.overriding import tell_of_overrides

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from uuid import UUID

    from apps.catalog.promotions.types import Applied
    from apps.core.types import JSON
    from apps.orders.types import Sale
    from apps.stores.types import Leave, Till


@transaction_required
def tell_of_exceptions(
    *, till: Till, sale: Sale, leaves: Mapping[UUID, Leave], now: datetime
) -> None:
    """Prices by hand with who approved them by line, rights that were used, lines taken off."""
    tell_of_overrides(till=till, sale=sale, leaves=leaves, now=now)
    _tell_of_rights(till, sale, now)
    _tell_of_removed(till, sale, now)


def facts_of_sale(sale: Sale, number: str) -> dict[str, JSON]:
    """What the entry of the sale itself says: with every discount, by what gave it, if any did."""
    facts: dict[str, JSON] = {
        "number": number,
        "total_cents": sale.total_cents,
        "lines": len(sale.request.lines),
    }
    if not sale.basket.discount_cents:
        return facts
    off: dict[tuple[str, int], int] = defaultdict(int)
    for told in (each for line in sale.basket.lines for each in describe_discounts(line)):
        off[told["code"], told["version"]] += told["amount_cents"]
    discounts: list[JSON] = [
        {"code": code, "version": version, "amount_cents": cents}
        for (code, version), cents in sorted(off.items())
    ]
    return {**facts, "discount_cents": sale.basket.discount_cents, "discounts": discounts}


def _tell_of_rights(till: Till, sale: Sale, now: datetime) -> None:
    """One entry for the employee price of a sale, and one for each coupon; none where none is used.

    Both name what came off by them, which may be nothing. What other promotions
    took off stands in the sale's own entry: nobody at the till decides on them.
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


def _tell_of_removed(till: Till, sale: Sale, now: datetime) -> None:
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
