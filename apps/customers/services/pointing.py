"""Points come and go: with a sale, with what comes back of it, and by a manager's hand.

Every move changes the balance in one conditional statement, which locks the account's row, and
writes its entry beside it. Accounts are locked after orders and payments, before audit chains.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import F
from django_subatomic.db import transaction_required

from apps.core import audit
from apps.customers.errors import PointsInsufficient
from apps.customers.models import LoyaltyAccount, LoyaltyEntry
from apps.customers.points import standing_of_order
from apps.customers.types import PointsEntryKind

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from uuid import UUID

    from apps.core.types import Actor
    from apps.customers.types import PointsOfSale


@dataclass(frozen=True, slots=True)
class _Move:
    kind: PointsEntryKind
    points: int
    actor_name: str
    at: datetime
    order_id: UUID | None = None
    return_id: UUID | None = None
    reason: str = ""


@transaction_required
def book_sale(
    *, actor: Actor, customer_id: UUID, order_id: UUID, points: PointsOfSale, now: datetime
) -> None:
    """Take what a sale uses from a customer's points, and add what it earns.

    Raises:
        PointsInsufficient: by now there are fewer points than the sale uses.
    """
    if not points.earned and not points.redeemed:
        return
    account, _ = LoyaltyAccount.objects.get_or_create(
        programme_id=points.programme_id, customer_id=customer_id
    )
    kinds = PointsEntryKind
    if points.redeemed:
        _move(account, _Move(kinds.REDEEMED, -points.redeemed, actor.name, now, order_id))
    if points.earned:
        _move(account, _Move(kinds.EARNED, points.earned, actor.name, now, order_id))


@transaction_required
def hold_points(*, customer_ids: Collection[UUID]) -> None:
    """Hold these customers' points, for who moves them twice in one transaction."""
    accounts = LoyaltyAccount.objects.select_for_update().filter(customer__in=customer_ids)
    list(accounts.order_by("pk").values_list("pk", flat=True))


@transaction_required
def take_sale_back(  # one more than six would be a dataclass for one caller
    *, actor: Actor, order_id: UUID, return_id: UUID | None, left: tuple[int, int], now: datetime
) -> None:
    """Bring what an order earned and used down to what is `left` of both, now that goods came back.

    It is brought there from wherever it stands, so however many returns there were, the last one
    brings it to nothing. What was earned and is spent already is owed: the balance goes below
    nothing.
    """
    account, earned, used = standing_of_order(order_id=order_id)
    if account is None:
        return
    earned_left, used_left = left
    kinds = PointsEntryKind
    if back := used - used_left:
        _move(account, _Move(kinds.GIVEN_BACK, back, actor.name, now, order_id, return_id))
    if lost := earned - earned_left:
        _move(account, _Move(kinds.REVERSED, -lost, actor.name, now, order_id, return_id))


@transaction_required
def adjust_points(
    *, actor: Actor, account_id: int, points: int, reason: str, now: datetime
) -> None:
    """Give points, or take some that are there, for a reason.

    Raises:
        PointsInsufficient: fewer are there than are to be taken.
    """
    account = LoyaltyAccount.objects.get(pk=account_id)
    _move(account, _Move(PointsEntryKind.ADJUSTED, points, actor.name, now, reason=reason))
    audit.record(
        audit.AuditFact(
            now,
            actor,
            "points.adjusted",
            f"customer:{account.customer_id}",
            {"points": points, "reason": reason},
        )
    )


def _move(account: LoyaltyAccount, move: _Move) -> None:
    mine = LoyaltyAccount.objects.filter(pk=account.pk)
    if move.kind in {PointsEntryKind.REDEEMED, PointsEntryKind.ADJUSTED} and move.points < 0:
        mine = mine.filter(balance__gte=-move.points)
    if not mine.update(balance=F("balance") + move.points):
        account.refresh_from_db(fields=["balance"])
        raise PointsInsufficient(
            f"The customer has {account.balance} points.",
            balance=account.balance,
            needed=-move.points,
        )
    account.refresh_from_db(fields=["balance"])
    LoyaltyEntry.objects.create(
        account=account,
        kind=move.kind.value,
        points=move.points,
        balance_after=account.balance,
        order_id=move.order_id,
        return_id=move.return_id,
        reason=move.reason,
        actor_name=move.actor_name,
        at=move.at,
    )
