"""Who buys, as far as it decides the tax: the customer, and the exemption that they claim."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.core.clock import local_date
from apps.customers.exemption_rules import refuse_foreign_money, refuse_use
from apps.customers.exemptions import get_exemption
from apps.customers.selectors import require_known
from apps.stores.types import BeverageType

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from apps.customers.types import Exemption
    from apps.orders.types import BasketLine, OrderRequest, PricedBasket
    from apps.payments.types import Tender
    from apps.stores.types import Till


def find_exemption(
    till: Till, request: OrderRequest, lines: Sequence[BasketLine], at: datetime
) -> Exemption | None:
    """The exemption under which a basket is sold, or None, by the instant of the sale.

    Gift cards alone bear no tax anyway: there is nothing to exempt, and nothing is counted as such.

    Raises:
        CustomerNotOnFile: the customer is not known, or not any more.
        ExemptionUnknown, ExemptionNotInForce, ExemptionNotForResale: it frees no such sale.
    """
    if request.customer_id:
        require_known(customer_id=request.customer_id)
    if request.exemption is None:
        return None
    exemption = get_exemption(
        claim=request.exemption, at=at, day=local_date(at, zone=till.store.zone)
    )
    items = [line.item for line in lines]
    refuse_use(
        exemption,
        consumed=[item.name for item in items if not item.tracks_stock],
        alcohol=[item.name for item in items if item.beverage is not BeverageType.NONE],
    )
    return exemption if lines else None


def refuse_unentitled(basket: PricedBasket, tenders: Sequence[Tender]) -> None:
    """Refuse to sell without tax where it is not the exempt organization that pays.

    Raises:
        ExemptionFundsNotOwn: as `exemption_rules.refuse_foreign_money`.
    """
    if basket.exemption:
        kinds = {tender.kind.value.lower() for tender in tenders}
        refuse_foreign_money(basket.exemption, paid_by=kinds)
