"""What sales, voids and returns came to: of a shift, of a store's day, or of one late sale."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Sum

from apps.orders.models import BlindReturn, Order, Return
from apps.orders.particulars import sum_particulars
from apps.orders.types import OrderStatus
from apps.payments.drawer_selectors import cash_of, sum_tenders
from apps.payments.drawer_types import TenderSum
from apps.payments.types import TenderKind

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from django.db.models import QuerySet

    from apps.payments.drawer_types import CashTaken

_SUMS = ("subtotal", "discount", "state_tax", "surtax", "tip", "total")


@dataclass(frozen=True, slots=True)
class Takings:
    """What was sold, voided and returned. `figures` is what a Z or a day close keeps of it."""

    figures: dict[str, Any]
    cash: CashTaken


def sum_shift(shift_id: UUID) -> Takings:
    """What came in and went back in a shift, whatever sale it belongs to."""
    return _sum(
        sold=Order.objects.filter(shift=shift_id),
        voided=Order.objects.filter(void_shift=shift_id),
        returned=Return.objects.filter(shift=shift_id),
        blind=BlindReturn.objects.filter(shift=shift_id),
    )


def sum_day(*, store_id: int, business_date: date) -> Takings:
    """What came in and went back in a store on a business date. A void is of its sale's day."""
    sold = Order.objects.filter(store=store_id, business_date=business_date)
    return _sum(
        sold=sold,
        voided=sold.filter(status=OrderStatus.VOIDED.value),
        returned=Return.objects.filter(store=store_id, business_date=business_date),
        blind=BlindReturn.objects.filter(store=store_id, business_date=business_date),
    )


def sum_order(order_id: UUID) -> Takings:
    """What came in by one order."""
    return _sum(
        sold=Order.objects.filter(pk=order_id),
        voided=Order.objects.none(),
        returned=Return.objects.none(),
        blind=BlindReturn.objects.none(),
    )


def _sum(
    *,
    sold: QuerySet[Order],
    voided: QuerySet[Order],
    returned: QuerySet[Return],
    blind: QuerySet[BlindReturn],
) -> Takings:
    sales, voids, without_receipt = _sum_orders(sold), _sum_orders(voided), _sum_returns(blind)
    of_sales = _sum_returns(returned)
    returns = {name: cents + without_receipt[name] for name, cents in of_sales.items()}
    change_cents = sold.aggregate(cents=Sum("change_cents"))["cents"] or 0
    sums = _with_credit(
        sum_tenders(sold=sold, voided=voided, returned=returned), without_receipt["total_cents"]
    )
    figures = {
        "sales": sales,
        "voids": voids,
        "returns": returns,
        "without_receipt": without_receipt,
        "tax_cents": sales["tax_cents"] - voids["tax_cents"] - returns["tax_cents"],
        "net_cents": sales["total_cents"] - voids["total_cents"] - returns["total_cents"],
        "gift_cards": {
            "sold_cents": _sum_gift_cards(sold),
            "voided_cents": _sum_gift_cards(voided),
        },
        "tenders": [_describe(entry, change_cents) for entry in sums],
        "orders": _span(sold),
        **sum_particulars(sold=sold, voided=voided, returned=returned),
    }
    return Takings(figures, cash_of(sums, change_cents=change_cents))


def _with_credit(sums: tuple[TenderSum, ...], cents: int) -> tuple[TenderSum, ...]:
    """The tenders with the store credit that was given for goods without a receipt."""
    kind = TenderKind.STORE_CREDIT
    if not cents:
        return sums
    known = [entry for entry in sums if entry.kind is kind] or [TenderSum(kind, "", 0, 0, 0)]
    others = [entry for entry in sums if entry.kind is not kind]
    credit = replace(known[0], returned_cents=known[0].returned_cents + cents)
    return (*others, credit)


def _sum_orders(orders: QuerySet[Order]) -> dict[str, int]:
    cents = orders.aggregate(**{f"{name}_cents": Sum(f"{name}_cents") for name in _SUMS})
    sums = {name: value or 0 for name, value in cents.items()}
    tax_cents = sums["state_tax_cents"] + sums["surtax_cents"]
    return {"count": orders.count(), **sums, "tax_cents": tax_cents}


def _sum_gift_cards(orders: QuerySet[Order]) -> int:
    """What gift cards were sold for: in the total, in the drawer, and owed to their holders."""
    cents: int | None = orders.aggregate(cents=Sum("gift_cards_cents"))["cents"]
    return cents or 0


def _sum_returns(returns: QuerySet[Return] | QuerySet[BlindReturn]) -> dict[str, int]:
    sums = returns.aggregate(
        count=Count("pk"), tax_cents=Sum("tax_cents"), total_cents=Sum("total_cents")
    )
    return {name: value or 0 for name, value in sums.items()}


def _describe(entry: TenderSum, change_cents: int) -> dict[str, Any]:
    """One way of paying; what was taken in cash is what stayed after the change."""
    change = change_cents if entry.kind is TenderKind.CASH else 0
    back_cents = entry.voided_cents + entry.returned_cents
    return {
        "kind": entry.kind.value.lower(),
        "card_brand": entry.card_brand or None,
        "taken_cents": entry.taken_cents - change,
        "handed_back_cents": back_cents,
        "net_cents": entry.taken_cents - change - back_cents,
    }


def _span(orders: QuerySet[Order]) -> dict[str, Any]:
    """The numbers of the first and the last receipt. A till's numbers begin anew each date."""
    numbers = orders.order_by("business_date", "terminal", "sequence").values_list(
        "number", flat=True
    )
    return {"count": orders.count(), "first": numbers.first(), "last": numbers.last()}
