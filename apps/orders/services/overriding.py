"""Lines sold at another price than the one on file: by whose leave, and what the audit says."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django_subatomic.db import transaction_required

from apps.core import audit
from apps.orders.errors import PriceOverrideNeedsApproval
from apps.stores.services.authorising import authorise, is_within_limits
from apps.stores.types import MOST_PERCENT, ApprovalAction, Deed, Leave

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from apps.core.types import JSON
    from apps.orders.types import Overridden, Sale
    from apps.stores.types import Till

OVERRIDE_PRICE = ApprovalAction.OVERRIDE_PRICE


def beyond_limits(
    till: Till, order_id: UUID, overridden: Iterable[Overridden]
) -> tuple[Overridden, ...]:
    """The lines whose price somebody else must approve."""
    return tuple(
        line for line in overridden if not is_within_limits(till, _deed_of(order_id, [line]))
    )


def refuse_unapproved(till: Till, order_id: UUID, overridden: Sequence[Overridden]) -> None:
    """Refuse lines that need an approval and name none.

    Raises:
        PriceOverrideNeedsApproval: naming the lines, what they are off by together, and the percent
            by which the furthest is, so that whoever is asked can be refused then and there.
    """
    needy = beyond_limits(till, order_id, overridden)
    bare = [line for line in needy if not line.approval]
    if bare:
        raise PriceOverrideNeedsApproval(
            "A price other than the one on file must be approved.",
            action=OVERRIDE_PRICE.word,
            order_id=str(order_id),
            amount_cents=sum(line.amount_cents for line in bare),
            percent=min(max(line.percent for line in bare), MOST_PERCENT),
            lines=[line.position for line in bare],
        )


@transaction_required
def approve_overrides(*, till: Till, sale: Sale, now: datetime) -> Mapping[UUID, Leave]:
    """Use up the approvals of a sale; whose leave it is, by line. One may stand on several.

    Raises:
        ApprovalInvalid: as `authorising.authorise`.
    """
    order_id, leaves = sale.request.id, dict[UUID, Leave]()
    needy = beyond_limits(till, order_id, sale.overridden)
    for token in sorted({line.approval or "" for line in needy}):
        covered = [line for line in needy if (line.approval or "") == token]
        leave = authorise(till=till, deed=_deed_of(order_id, covered), token=token, now=now)
        leaves |= {line.line_id: leave for line in covered}
    return leaves


@transaction_required
def tell_of_overrides(
    *, till: Till, sale: Sale, leaves: Mapping[UUID, Leave], now: datetime
) -> None:
    """One entry of the audit for each line sold at another price."""
    for line in sale.overridden:
        facts: dict[str, JSON] = {
            "order": str(sale.request.id),
            "quantity": line.quantity,
            "lawful_cents": line.lawful_cents,
            "price_cents": line.price_cents,
            "amount_cents": line.amount_cents,
            **leaves.get(line.line_id, Leave()).facts,
        }
        subject = f"order-line:{line.line_id}"
        audit.record(audit.AuditFact(now, till.actor, "price.overridden", subject, facts))


def _deed_of(order_id: UUID, lines: Sequence[Overridden]) -> Deed:
    return Deed(
        OVERRIDE_PRICE,
        order_id,
        amount_cents=sum(line.amount_cents for line in lines),
        percent=max(line.percent for line in lines),
    )
