"""The one pricing pass: what a basket costs, by quote and by sale alike. Pure arithmetic.

Sales tax is taken once over the whole sale and rounded once (s. 212.12(10), F.S.); each line keeps
its share by largest remainder, so any part of the sale can be refunded to the cent.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from apps.catalog.promotions.types import LineDiscount
from apps.core.errors import FieldError
from apps.core.money import allocate, format_cents, round_half_up
from apps.orders.errors import TakenTooLongAgo, TipTooMuch
from apps.orders.types import PricedBasket, PricedLine, ReturnedShare
from apps.stores.rules import is_taxable
from apps.stores.types import BeverageType

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from apps.customers.types import Exemption
    from apps.orders.types import BasketLine
    from apps.stores.types import StoreProfile, TaxRates

LONGEST_LATE = timedelta(hours=72)  # a long weekend without a line
MOST_TIP_CENTS = 10_000  # of a small sale; of a large one as much again as it comes to


@dataclass(frozen=True, slots=True)
class TaxBase:
    """What is taxed of one line: its net amount in cents, and how many units share it."""

    net_cents: int
    units: int


@dataclass(frozen=True, slots=True)
class SaleTax:
    """The tax of a sale: the state's part, the county's part, and each base's share of both."""

    state_cents: int
    surtax_cents: int
    shares: tuple[int, ...]


def tax_sale(bases: Sequence[TaxBase], rates: TaxRates) -> SaleTax:
    """Tax a whole sale, exactly, rounding once.

    The state taxes everything; the county takes its surtax from the first $5,000 of each item
    (s. 212.054(2)(b), F.S.). The state's part is rounded on its own and the county gets the rest,
    so the two always add up to what the customer paid.
    """
    state = [base.net_cents * rates.state for base in bases]
    exact = [
        of_state + min(base.net_cents, base.units * rates.surtax_cap_cents) * rates.surtax
        for base, of_state in zip(bases, state, strict=True)
    ]
    total = round_half_up(sum(exact, Decimal(0)))
    state_cents = round_half_up(sum(state, Decimal(0)))
    return SaleTax(
        state_cents=state_cents,
        surtax_cents=total - state_cents,
        shares=allocate(total, exact) if total else (0,) * len(exact),
    )


def price_basket(
    lines: Sequence[BasketLine],
    promotions: Sequence[LineDiscount] = (),
    *,
    store: StoreProfile,
    rates: TaxRates,
    day: date,
    exemption: Exemption | None = None,
) -> PricedBasket:
    """Price a basket on a local date. The order of the lines does not change the totals.

    `promotions` are what comes off each line; nothing does where they are left out. Under an
    `exemption` nothing is taxed.
    """
    off = promotions or [LineDiscount()] * len(lines)
    discounts = [each.discount_cents for each in off]
    taxable = [exemption is None and is_taxable(store, line.item.tax_class, day) for line in lines]
    nets = [
        line.quantity * line.unit_price_cents - discount
        for line, discount in zip(lines, discounts, strict=True)
    ]
    bases = [
        TaxBase(net if is_taxed else 0, line.base_units)
        for line, net, is_taxed in zip(lines, nets, taxable, strict=True)
    ]
    tax = tax_sale(bases, rates)
    return PricedBasket(
        lines=tuple(
            PricedLine(line, each.applied, each.discount_cents, is_taxed, share, net + share)
            for line, each, is_taxed, share, net in zip(
                lines, off, taxable, tax.shares, nets, strict=True
            )
        ),
        subtotal_cents=sum(nets) + sum(discounts),
        discount_cents=sum(discounts),
        state_tax_cents=tax.state_cents,
        surtax_cents=tax.surtax_cents,
        total_cents=sum(nets) + tax.state_cents + tax.surtax_cents,
        minimum_age=max((line.item.minimum_age for line in lines), default=0),
        has_alcohol=any(line.item.beverage is not BeverageType.NONE for line in lines),
        exemption=exemption,
    )


def share_returned(
    *, total_cents: int, tax_cents: int, sold: int, before: int, quantity: int
) -> ReturnedShare:
    """What goes back for `quantity` units of a line, of whose `sold` units `before` came back.

    What has gone back by a number of units is the line's net and tax cut in two by largest
    remainder, so it is never half a cent from its part of either; and the last unit brings it to
    the whole, however many returns it took.
    """
    tax = _part(tax_cents, before + quantity, sold) - _part(tax_cents, before, sold)
    net_cents = total_cents - tax_cents
    net = _part(net_cents, before + quantity, sold) - _part(net_cents, before, sold)
    return ReturnedShare(tax_cents=tax, total_cents=net + tax)


def _part(cents: int, units: int, of: int) -> int:
    return allocate(cents, (units, of - units))[0]


def sold_at(taken_at: datetime | None, *, now: datetime) -> datetime:
    """The instant by which a sale is judged: when it was made, which is never after it arrived.

    Raises:
        TakenTooLongAgo: more than 72 hours have passed since.
    """
    if taken_at is None:
        return now
    if now - taken_at > LONGEST_LATE:
        raise TakenTooLongAgo(
            "More than 72 hours have passed since this was sold. Check the till's clock; if it is"
            " right, ask a manager."
        )
    return min(taken_at, now)


def order_number(*, store_code: str, terminal_number: int, day: date, sequence: int) -> str:
    """The number on a receipt: store, till, business date and a count without gaps."""
    return f"{store_code}-{terminal_number}-{day:%y%m%d}-{sequence:04d}"


def refuse_large_tip(tip_cents: int, *, sale_cents: int) -> None:
    """A tip beyond any that is given is a mistake of the keys, or money taken out by a false tip.

    `sale_cents` is what the sale comes to before it.

    Raises:
        TipTooMuch: it is over $100 and over the sale itself; `most_cents` is what may be.
    """
    most_cents = max(sale_cents, MOST_TIP_CENTS)
    if tip_cents > most_cents:
        raise TipTooMuch(
            f"The tip of a sale like this is {format_cents(most_cents)} at most: type it again.",
            most_cents=most_cents,
            errors=[FieldError("/tip_cents", "tip-too-much", "Type the tip again.")],
        )
