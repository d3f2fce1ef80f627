"""Past baskets under a draft of prices, beside what they would cost today. Reads only.

Both prices come from the engine of the sale, so that what differs is the prices and nothing else.
What was charged then is told as well: prices and promotions may have changed since.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from apps.catalog.editions import prices_under
from apps.catalog.selectors import list_costs, list_items_by_id
from apps.catalog.shelf import book_of
from apps.core.reference import read_revision
from apps.orders.services.replaying.past import read_baskets
from apps.orders.services.replaying.pricing import open_counter, price_again
from apps.orders.services.replaying.summing import Tally
from apps.stores.selectors import get_store_profile

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from apps.catalog.models import PriceEdition
    from apps.orders.services.replaying.past import PastBasket, Span
    from apps.orders.services.replaying.pricing import Counter


def replay(
    *,
    edition: PriceEdition,
    span: Span,
    now: datetime,
    on_progress: Callable[[int], None] = lambda _baskets: None,
) -> Tally:
    """Price every sale of a span again, at the prices of now and under the edition.

    What the edition does not price costs under it what it costs now. `on_progress` hears of each
    batch of baskets; memory does not grow with their number.
    """
    run = _Run(edition, span, now)
    for baskets in read_baskets(span):
        by_store = sorted(baskets, key=lambda basket: basket.order.store_id)
        for store_id, own in groupby(by_store, key=lambda basket: basket.order.store_id):
            run.price(store_id, list(own))
        on_progress(len(baskets))
    return run.tally


class _Run:
    """One replay: what it knows of the stores, and what it has come to so far."""

    def __init__(self, edition: PriceEdition, span: Span, now: datetime) -> None:
        self.edition, self.span, self.now = edition, span, now
        self.revision = read_revision()
        self.tally = Tally()
        self._counters: dict[int, Counter] = {}

    def price(self, store_id: int, baskets: Sequence[PastBasket]) -> None:
        """Some baskets of one store."""
        counter = self._counters.get(store_id)
        if counter is None:
            store = get_store_profile(store_id=store_id, revision=self.revision)
            counter = self._counters[store_id] = open_counter(store, self.span.since)
        ids = sorted({line.product_id for basket in baskets for line in basket.lines})
        found = list_items_by_id(
            store=counter.store, product_ids=ids, revision=self.revision, now=self.now
        )
        items = {item.id: item for item in found}
        prices = {pk: item.price_at(self.now) for pk, item in items.items()}
        live = {pk: cents for pk, cents in prices.items() if cents is not None}
        book_id, _ = book_of(store_id=store_id, revision=self.revision)
        new = prices_under(self.edition, book_id=book_id, product_ids=ids)
        draft, costs = {**live, **new}, list_costs(product_ids=ids)
        changed = {pk for pk, cents in draft.items() if live.get(pk) != cents}
        for basket in baskets:
            before = price_again(counter, basket, items, live)
            if before is None:
                self.tally.unpriced += 1
                continue
            is_touched = any(line.product_id in changed for line in basket.lines)
            after = price_again(counter, basket, items, draft) if is_touched else before
            floor = counter.store.alcohol_floor_percent
            self.tally.add(basket, (before, after or before), costs, floor)
