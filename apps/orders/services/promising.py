"""What a quote promises: its prices for fifteen minutes, and a word about every later change.

A quote writes nothing, so it is remembered in the cache alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from django.core.cache import cache

from apps.orders.types import Removed, Warned

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from uuid import UUID

    from apps.catalog.types import Item, ModifierChoice
    from apps.orders.types import PricedBasket
    from apps.stores.types import Till

QUOTE_SECONDS = 15 * 60
REMEMBERED_SECONDS = 24 * 60 * 60  # to say that a price has changed, though it is not held


class QuotedLine(NamedTuple):
    """What a customer was shown: the most of it that any quote of the order had."""

    product_id: int
    quantity: int
    unit_price_cents: int


@dataclass(frozen=True, slots=True)
class Promise:
    """The prices that a quote told: cents per base unit by product, and cents by modifier.

    `lines` are all that any quote of the order has shown, by their ids.
    """

    products: Mapping[int, int] = field(default_factory=dict)
    modifiers: Mapping[int, int] = field(default_factory=dict)
    holds: bool = False
    lines: Mapping[UUID, QuotedLine] = field(default_factory=dict)
    quoted_at: datetime | None = None


@dataclass(slots=True)
class Prices:
    """What things cost in one sale: as promised while the promise holds, else as on file.

    `changes` gathers a warning for every price that is another one by now than was quoted.
    """

    promise: Promise
    now: datetime
    changes: dict[tuple[str, int], Warned] = field(default_factory=dict)

    @property
    def instants(self) -> tuple[datetime, ...]:
        """When a promotion may have run to apply: now, or when the quote was made."""
        quoted_at = self.promise.quoted_at if self.promise.holds else None
        return (self.now,) if quoted_at is None else (self.now, quoted_at)

    def of_product(self, item: Item) -> int | None:
        """Cents per base unit; None where the store has no price for it."""
        current = item.price_at(self.now)
        quoted = self.promise.products.get(item.id)
        return self._settle("product_id", item.id, item.name, quoted, current)

    def edition_of(self, item: Item) -> str:
        """The edition that the price to charge is from; none where a quote holds an older one."""
        point = item.point_at(self.now)
        quoted = self.promise.products.get(item.id) if self.promise.holds else None
        if point is None or quoted not in {None, point.price_cents}:
            return ""
        return point.edition

    def of_modifiers(self, choices: Iterable[ModifierChoice]) -> tuple[ModifierChoice, ...]:
        """The same modifiers at the price to charge."""
        return tuple(replace(choice, price_cents=self._of_modifier(choice)) for choice in choices)

    def _of_modifier(self, choice: ModifierChoice) -> int:
        quoted = self.promise.modifiers.get(choice.id)
        price = self._settle("modifier_id", choice.id, choice.name, quoted, choice.price_cents)
        return price or 0

    def _settle(
        self, subject: str, pk: int, name: str, quoted: int | None, current: int | None
    ) -> int | None:
        if quoted is None or quoted == current:
            return current
        charged = quoted if self.promise.holds else current
        what = "the quoted price was charged" if self.promise.holds else "the quote was too old"
        self.changes[subject, pk] = Warned(
            "price-changed",
            f"The price of {name} has changed; {what}.",
            {
                subject: pk,
                "quoted_cents": quoted,
                "charged_cents": charged,
                "price_cents": current,
            },
        )
        return charged


def remember_quote(*, till: Till, order_id: UUID, basket: PricedBasket, now: datetime) -> None:
    """Keep what a quote told. Any till of the store may sell the order, so all of them know."""
    lines = [priced.line for priced in basket.lines]
    prices = {line.item.id: line.item.price_at(now) for line in lines}
    products = {pk: price for pk, price in prices.items() if price is not None}
    modifiers = {choice.id: choice.price_cents for line in lines for choice in line.modifiers}
    shown = dict(find_promise(till=till, order_id=order_id, at=now).lines)
    for line in lines:
        before = shown.get(line.id)
        quantity = max(line.quantity, before.quantity if before else 0)
        shown[line.id] = QuotedLine(line.item.id, quantity, line.unit_price_cents)
    quote = (now.timestamp(), products, modifiers, shown)
    cache.set(_key(till, order_id), quote, REMEMBERED_SECONDS)


def removed_since(promise: Promise, kept: Mapping[UUID, int]) -> tuple[Removed, ...]:
    """What quotes have shown and the order has no more; `kept` are its quantities by line."""
    return tuple(
        Removed(line_id, shown.product_id, less, less * shown.unit_price_cents)
        for line_id, shown in promise.lines.items()
        if (less := shown.quantity - kept.get(line_id, 0)) > 0
    )


def find_promise(*, till: Till, order_id: UUID, at: datetime) -> Promise:
    """What the last quote told of an order sold at an instant; nothing if there was none in a day.

    A quote from after the sale told the customer no price. It may seem so where a till's clock is
    slow, so one within fifteen minutes holds on either side.
    """
    quote = cache.get(_key(till, order_id))
    if quote is None:
        return Promise()
    quoted_at, products, modifiers, lines = quote
    age = at.timestamp() - quoted_at
    if age <= -QUOTE_SECONDS:
        return Promise(lines=lines)
    return Promise(
        products,
        modifiers,
        holds=age < QUOTE_SECONDS,
        lines=lines,
        quoted_at=datetime.fromtimestamp(quoted_at, UTC),
    )


def _key(till: Till, order_id: UUID) -> str:
    return f"quote:2:{till.store.id}:{order_id}"  # the number says what is kept
