"""Loyalty points in a sale: what they take off the lines, what the sale earns, what goes back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.db.models import Sum
from django_subatomic.db import transaction_required

from apps.core.errors import FieldError
from apps.core.money import format_cents
from apps.customers.errors import PointsInsufficient, PointsNeedCustomer, PointsNotTaken
from apps.customers.points import find_balance, find_programme
from apps.customers.points_rules import (
    counts,
    earned_on,
    left_of_share,
    points_for,
    share_out,
    worth_of,
)
from apps.customers.services.pointing import book_sale, take_sale_back
from apps.customers.types import PointsOfLine, PointsOfSale
from apps.orders.models import ReturnLine
from apps.stores.types import BeverageType

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from apps.catalog.promotions.types import LineDiscount
    from apps.customers.types import Programme
    from apps.orders.models import Order
    from apps.orders.types import BasketLine, OrderRequest, Sale
    from apps.stores.types import StoreProfile, Till

WHOLE = 100


def take_points(
    till: Till,
    request: OrderRequest,
    lines: Sequence[BasketLine],
    promoted: Sequence[LineDiscount],
) -> tuple[list[LineDiscount], PointsOfSale | None]:
    """What comes off each line with the points that are used, and what the sale does to them.

    Points are a discount of the store's own: they come off before tax. Nothing is asked of the
    database for a sale without a customer.

    Raises:
        PointsNeedCustomer, PointsNotTaken, PointsInsufficient: they cannot be used.
    """
    if request.customer_id is None:
        if request.redeem_points:
            detail = "Look the customer up first: points are somebody's."
            raise PointsNeedCustomer(detail, errors=[_at(PointsNeedCustomer.code, detail)])
        return list(promoted), None
    programme = find_programme(store_id=till.store.id)
    if programme is None:
        if request.redeem_points:
            raise _not_taken("points-no-programme", "This store has no loyalty programme.")
        return list(promoted), None
    taking_part = [counts(programme, line.item.beverage, line.item.tax_class) for line in lines]
    rooms = [
        _room(till.store, line, off) if counted else 0
        for line, off, counted in zip(lines, promoted, taking_part, strict=True)
    ]
    off = _redeem(programme, request, rooms) if request.redeem_points else (0,) * len(lines)
    taken = [
        replace(each, discount_cents=each.discount_cents + cents)
        for each, cents in zip(promoted, off, strict=True)
    ]
    nets = [
        line.quantity * line.unit_price_cents - each.discount_cents if counted else 0
        for line, each, counted in zip(lines, taken, taking_part, strict=True)
    ]
    used = share_out(request.redeem_points, off)
    return taken, PointsOfSale(
        programme_id=programme.id,
        points_per_dollar=programme.points_per_dollar,
        earned=earned_on(sum(nets), programme.points_per_dollar),
        redeemed=request.redeem_points,
        lines={
            str(line.id): PointsOfLine(net, points)
            for line, net, points in zip(lines, nets, used, strict=True)
        },
    )


def _room(store: StoreProfile, line: BasketLine, off: LineDiscount) -> int:
    """How much points may still take off a line: alcohol keeps its floor."""
    shelf_cents = line.quantity * line.unit_price_cents
    is_alcohol = line.item.beverage is not BeverageType.NONE
    percent = store.alcohol_floor_percent if is_alcohol else 0
    return max(shelf_cents - off.discount_cents - -(-shelf_cents * percent // WHOLE), 0)


def _redeem(programme: Programme, request: OrderRequest, rooms: Sequence[int]) -> tuple[int, ...]:
    points = request.redeem_points
    if points < programme.minimum_points:
        fewest = programme.minimum_points
        detail = f"The fewest points that can be used are {fewest}."
        raise _not_taken("points-too-few", detail, fewest_points=fewest)
    cents = worth_of(points, programme)
    if not cents:
        raise _not_taken("points-too-few", f"{points} points are worth less than a cent.")
    if cents > sum(rooms):
        most = points_for(sum(rooms), programme)
        raise _not_taken(
            "points-too-many",
            f"The goods take {format_cents(sum(rooms))} off for points, not"
            f" {format_cents(cents)}: use {most} at most.",
            most_points=most,
        )
    assert request.customer_id is not None  # noqa: S101 - the caller has looked
    balance = find_balance(programme_id=programme.id, customer_id=request.customer_id)
    if balance < points:
        detail = f"The customer has {balance} points."
        fault = _at(PointsInsufficient.code, detail)
        raise PointsInsufficient(detail, errors=[fault], balance=balance, needed=points)
    return share_out(cents, rooms)


@transaction_required
def book_points(*, till: Till, sale: Sale, now: datetime) -> None:
    """Take and give what the sale does to its customer's points; before the till's audit chain.

    Raises:
        PointsInsufficient: somebody has used them meanwhile.
    """
    customer_id, points = sale.request.customer_id, sale.basket.points
    if customer_id and points:
        book_sale(
            actor=till.actor,
            customer_id=customer_id,
            order_id=sale.request.id,
            points=points,
            now=now,
        )


@transaction_required
def take_points_back(
    *, till: Till, order: Order, coming: Sequence[ReturnLine], return_id: UUID | None, now: datetime
) -> None:
    """Bring an order's points down to what is left of its goods; `coming` is what comes back now.

    Raises nothing: what was earned and is spent is owed.
    """
    if not order.points:
        return
    left = _left_after(order, coming) if return_id else (0, 0)
    take_sale_back(actor=till.actor, order_id=order.pk, return_id=return_id, left=left, now=now)


def _left_after(order: Order, coming: Sequence[ReturnLine]) -> tuple[int, int]:
    """What of an order's goods earns still, in points, and what of its points stays used."""
    before = ReturnLine.objects.filter(line__order=order).values_list("line")
    back = {
        line_id: (units, total - tax)
        for line_id, units, total, tax in before.annotate(
            Sum("quantity"), Sum("total_cents"), Sum("tax_cents")
        ).order_by("line")
    }
    for part in coming:
        units, cents = back.get(part.line_id, (0, 0))
        net_cents = cents + part.total_cents - part.tax_cents
        back[part.line_id] = (units + part.quantity, net_cents)
    points: dict[str, Any] = order.points or {}
    net_left = used_left = 0
    for line in order.lines.all():
        of_line: dict[str, int] = points["lines"].get(str(line.pk), {})
        units, cents = back.get(line.pk, (0, 0))
        if of_line.get("net_cents"):
            net_left += of_line["net_cents"] - cents
        used_left += left_of_share(of_line.get("redeemed", 0), line.quantity, units)
    return earned_on(net_left, points["points_per_dollar"]), used_left


def _not_taken(code: str, detail: str, **facts: Any) -> PointsNotTaken:
    return PointsNotTaken(detail, errors=[_at(code, detail)], **facts)


def _at(code: str, detail: str) -> FieldError:
    return FieldError("/redeem_points", code, detail)
