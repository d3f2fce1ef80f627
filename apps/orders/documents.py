"""An order as the API shows it, from a sale that is being written or from the books."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apps.core.money import round_to_nickel
from apps.orders.types import OrderStatus
from apps.payments.rules import refund_id_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from apps.customers.types import Exemption
    from apps.orders.models import Order, OrderLine, Return, ReturnLine
    from apps.orders.types import PricedBasket, PricedLine, Quote, Sale
    from apps.payments.models import StoredValueEntry
    from apps.payments.types import Tender
    from apps.stores.types import Till


# As they are told; what a database keeps of them may come back in another order.
_EXEMPTION = (
    "certificate_id",
    "kind",
    "number",
    "holder",
    "paid_with",
    "tenders",
    "for_resale",
)


def describe_sale(till: Till, sale: Sale, number: str) -> dict[str, Any]:
    """The answer to a sale."""
    age, basket = sale.age_check, describe_basket(sale.basket)
    return {
        "id": str(sale.request.id),
        "number": number,
        "status": OrderStatus.COMPLETED.value,
        "business_date": sale.business_date.isoformat(),
        "store": {"id": till.store.id, "code": till.store.code, "name": till.store.name},
        "terminal": {
            "id": till.register.id,
            "number": till.register.number,
            "name": till.register.name,
        },
        "cashier": {"id": till.clerk.id, "name": till.clerk.name},
        "customer_id": str(sale.request.customer_id) if sale.request.customer_id else None,
        **basket,
        "lines": [
            {**line, "returned_quantity": 0, "returned_cents": 0} for line in basket["lines"]
        ],
        "tip_cents": sale.request.tip_cents,
        "gift_cards": [
            _describe_load(posted.account_id, posted.last4, load.amount_cents, posted.left_cents)
            for posted, load in zip(sale.loaded, sale.request.gift_cards, strict=True)
        ],
        "gift_cards_cents": sale.request.gift_cards_cents,
        "total_cents": sale.total_cents,
        "tenders": describe_tenders(sale.settlement.tenders),
        "paid": not any(tender.payment_id for tender in sale.settlement.tenders),
        "change_cents": sale.settlement.change_cents,
        "cash_rounding_cents": sale.settlement.cash_rounding_cents,
        "age_check": {"outcome": "accepted", "method": age.method.value.lower()} if age else None,
        "taken_at": sale.request.taken_at,
        "placed_at": sale.placed_at,
        "voided_at": None,
        "warnings": [warning.as_json() for warning in sale.warnings],
    }


def skus_of(basket: PricedBasket) -> dict[str, str]:
    """The SKU of each product of a basket, by the id that its document names it by."""
    return {str(priced.line.item.id): priced.line.item.sku for priced in basket.lines}


def sold_units(basket: PricedBasket) -> dict[int, int]:
    """What leaves the stock per product, however many lines a product stands on."""
    sold: dict[int, int] = {}
    for line in (priced.line for priced in basket.lines):
        if line.stock_units:
            sold[line.item.id] = sold.get(line.item.id, 0) + line.stock_units
    return sold


def moved_by(basket: PricedBasket) -> dict[str, int]:
    """What a sale moves in stock, in signed base units by SKU."""
    skus = skus_of(basket)
    return {skus[str(product_id)]: -units for product_id, units in sold_units(basket).items()}


def describe_quote(
    order_id: UUID, quote: Quote, tip_cents: int, gift_cards_cents: int = 0
) -> dict[str, Any]:
    """The answer to a quote: what the sale would cost, and what it would need."""
    total_cents = quote.basket.total_cents + tip_cents + gift_cards_cents
    return {
        "id": str(order_id),
        **describe_basket(quote.basket),
        "tip_cents": tip_cents,
        "gift_cards_cents": gift_cards_cents,
        "total_cents": total_cents,
        "cash_total_cents": round_to_nickel(total_cents) if quote.rounds_cash else total_cents,
        "requires": {
            "minimum_age": quote.basket.minimum_age,
            "selling_hours_ok": quote.selling_hours_ok,
            "approvals": list(quote.approvals),
        },
        "warnings": [warning.as_json() for warning in quote.warnings],
    }


def describe_basket(basket: PricedBasket) -> dict[str, Any]:
    """Lines and sums of a priced basket, for a quote or a sale."""
    return {
        "lines": [
            {
                "id": str(priced.line.id),
                "product_id": priced.line.item.id,
                "name": priced.line.item.name,
                "quantity": priced.line.quantity,
                "pack_size": priced.line.pack_size,
                "unit_price_cents": priced.line.unit_price_cents,
                "price_edition": priced.line.price_edition,
                "discount_cents": priced.discount_cents,
                "tax_cents": priced.tax_cents,
                "total_cents": priced.total_cents,
                "discounts": describe_discounts(priced),
                "modifiers": [
                    {"id": m.id, "name": m.name, "price_cents": m.price_cents}
                    for m in priced.line.modifiers
                ],
                "note": priced.line.note,
            }
            for priced in basket.lines
        ],
        "subtotal_cents": basket.subtotal_cents,
        "discount_cents": basket.discount_cents,
        "tax_cents": basket.tax_cents,
        "state_tax_cents": basket.state_tax_cents,
        "surtax_cents": basket.surtax_cents,
        "total_cents": basket.total_cents,
        "tax_exemption": describe_exemption(basket.exemption),
        "points": (
            {"earned": basket.points.earned, "redeemed": basket.points.redeemed}
            if basket.points
            else None
        ),
    }


def describe_exemption(exemption: Exemption | None) -> dict[str, Any] | None:
    """Why a sale bears no tax, as the API shows it and as the order keeps it."""
    if exemption is None:
        return None
    certificate, claim = exemption.certificate, exemption.claim
    return {
        "certificate_id": str(certificate.id),
        "kind": certificate.kind.value,
        "number": certificate.number,
        "holder": certificate.holder,
        "paid_with": "organization" if claim.own_funds else None,
        "tenders": sorted(claim.tenders),
        "for_resale": claim.for_resale,
    }


def describe_discounts(priced: PricedLine) -> list[dict[str, Any]]:
    """What came off a line and why: which version of which promotion, over which prices.

    What no promotion took off, points did.
    """
    points_cents = priced.discount_cents - sum(each.amount_cents for each in priced.discounts)
    by_points = {
        "promotion": None,
        "code": "POINTS",
        "name": "Loyalty points",
        "kind": "points",
        "version": 1,
        "price_book": priced.line.item.price_book,
        "amount_cents": points_cents,
        "units": priced.line.base_units,
    }
    by_promotion: list[dict[str, Any]] = [
        {
            "promotion": applied.promotion.id,
            "code": applied.promotion.code,
            "name": applied.promotion.name,
            "kind": applied.promotion.kind.value.lower(),
            "version": applied.promotion.version,
            "price_book": priced.line.item.price_book,
            "amount_cents": applied.amount_cents,
            "units": applied.units,
        }
        for applied in priced.discounts
    ]
    return [*by_promotion, by_points] if points_cents else by_promotion


def describe_tenders(tenders: Sequence[Tender]) -> list[dict[str, Any]]:
    """Tenders as the API shows them."""
    return [
        {
            "kind": tender.kind.value.lower(),
            "amount_cents": tender.amount_cents,
            "payment_id": str(tender.payment_id) if tender.payment_id else None,
            **_describe_stored(tender),
        }
        for tender in tenders
    ]


def _describe_stored(tender: Tender) -> dict[str, Any]:
    """What there is to say of a gift card or store credit, and of nothing else."""
    if not tender.kind.is_stored_value:
        return {}
    return {
        "account_id": str(tender.account_id),
        "last4": tender.last4,
        "left_cents": tender.left_cents,
    }


def _describe_load(
    account_id: UUID, last4: str, amount_cents: int, balance_cents: int
) -> dict[str, Any]:
    """A gift card that an order sold or topped up, and what was on it then."""
    return {
        "account_id": str(account_id),
        "last4": last4,
        "amount_cents": amount_cents,
        "balance_cents": balance_cents,
    }


def _describe_buyer(order: Order) -> dict[str, Any]:
    """Why an order bears no tax, and what it did to its customer's points."""
    exemption, points = order.exemption, order.points
    return {
        "tax_exemption": {name: exemption[name] for name in _EXEMPTION} if exemption else None,
        "points": {name: points[name] for name in ("earned", "redeemed")} if points else None,
    }


def describe_order(
    order: Order,
    tenders: Sequence[Tender],
    *,
    is_paid: bool,
    loads: Sequence[StoredValueEntry] = (),
) -> dict[str, Any]:
    """An order from the books; `lines` must have been prefetched in their order."""
    age = {"outcome": "accepted", "method": order.age_method.lower()} if order.age_method else None
    code = order.number.partition("-")[0]
    return {
        "id": str(order.pk),
        "number": order.number,
        "status": order.status,
        "business_date": order.business_date.isoformat(),
        "store": {"id": order.store_id, "code": code, "name": order.letterhead["name"]},
        "terminal": {
            "id": order.terminal_id,
            "number": int(order.number.split("-")[1]),
            "name": order.letterhead["terminal"],
        },
        "cashier": {"id": order.cashier_id, "name": order.cashier_name},
        "customer_id": str(order.customer_id) if order.customer_id else None,
        "lines": [_describe_line(line) for line in order.lines.all()],
        "subtotal_cents": order.subtotal_cents,
        "discount_cents": order.discount_cents,
        "tax_cents": order.tax_cents,
        "state_tax_cents": order.state_tax_cents,
        "surtax_cents": order.surtax_cents,
        "total_cents": order.total_cents,
        **_describe_buyer(order),
        "tip_cents": order.tip_cents,
        "gift_cards": [
            _describe_load(row.account_id, row.account.last4, row.amount_cents, row.balance_cents)
            for row in loads
        ],
        "gift_cards_cents": order.gift_cards_cents,
        "tenders": describe_tenders(tenders),
        "paid": is_paid,
        "change_cents": order.change_cents,
        "cash_rounding_cents": order.cash_rounding_cents,
        "age_check": age,
        "taken_at": order.taken_at,
        "placed_at": order.placed_at,
        "voided_at": order.voided_at,
        "warnings": order.warnings,
    }


def _describe_line(line: OrderLine) -> dict[str, Any]:
    return {
        "id": str(line.pk),
        "product_id": line.product_id,
        "name": line.name,
        "quantity": line.quantity,
        "pack_size": line.pack_size,
        "unit_price_cents": line.unit_price_cents,
        "price_edition": line.price_edition,
        "discount_cents": line.discount_cents,
        "tax_cents": line.tax_cents,
        "total_cents": line.total_cents,
        "discounts": line.discounts,
        "modifiers": line.modifiers,
        "note": line.note,
        "returned_quantity": line.returned_quantity,
        "returned_cents": line.returned_cents,
    }


def describe_return(
    given: Return, tenders: Sequence[Tender], refunds: Mapping[UUID, int]
) -> dict[str, Any]:
    """A return from the books with what it gave back; `lines` must have been prefetched.

    `refunds` are the cents of each refund there is: of a card's part some may have been gone.
    """
    by_card = {
        refund_id_of(given.pk, tender.payment_id): tender.payment_id
        for tender in tenders
        if tender.payment_id
    }
    return {
        "id": str(given.pk),
        "order_id": str(given.order_id),
        "number": given.order.number,
        "business_date": given.business_date.isoformat(),
        "cashier": {"id": given.cashier_id, "name": given.cashier_name},
        "reason": given.reason,
        "lines": [_describe_returned(part) for part in given.lines.all()],
        "tax_cents": given.tax_cents,
        "total_cents": given.total_cents,
        "cash_rounding_cents": given.cash_rounding_cents,
        "tenders": describe_tenders(tenders),
        "refunds": [
            {
                "id": str(refund_id),
                "payment_id": str(payment_id),
                "amount_cents": refunds[refund_id],
            }
            for refund_id, payment_id in by_card.items()
            if refund_id in refunds
        ],
        "returned_at": given.returned_at,
    }


def _describe_returned(part: ReturnLine) -> dict[str, Any]:
    return {
        "line_id": str(part.line_id),
        "product_id": part.line.product_id,
        "name": part.line.name,
        "quantity": part.quantity,
        "restock": part.is_restocked,
        "stock_units": part.stock_units,
        "tax_cents": part.tax_cents,
        "total_cents": part.total_cents,
    }
