"""What was received, added up once more: the figures beside each fact, and the stock of stores.

Facts are gone through once, some at a time, in the order of their arrival, which is the order in
which their stock was added up.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from django.db.models import Count

from apps.sync.models import Peer, ReceivedFact, RemoteStock
from apps.sync.services.receiving.columns import Unfit, columns_of
from apps.sync.services.receiving.forgetting import KEPT
from apps.sync.types import ReceivedState

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from apps.sync.services.receiving.columns import Columns

AT_ONCE = 500  # facts in memory
_BESIDE = ("store", "number", "business_date", "amount_cents")

type Stock = dict[str, Counter[str]]  # units by store, by SKU


def find_received_faults(*, now: datetime) -> Iterator[str]:
    """A sentence for each figure that is not what the facts say.

    Of a peer whose news of stock are forgotten by now, stock is not recomputed.
    """
    peers = {peer.pk: peer for peer in Peer.objects.defer("secret", "second_secret")}
    stock: dict[int, Stock] = defaultdict(lambda: defaultdict(Counter))
    for fact in _list_accepted():
        yield from _add(peers[fact.peer_id], fact, stock[fact.peer_id])
    counts = _count_accepted()
    for peer in sorted(peers.values(), key=lambda each: each.source):
        count = counts.get(peer.pk, 0)
        missing = peer.accepted_count - count
        may_be_forgotten = now - peer.created_at > KEPT
        if missing < 0 or (missing and not may_be_forgotten):
            yield f"{peer} told {peer.accepted_count:,} facts, and {count:,} are here."
        if not missing:
            yield from _compare_stock(peer, stock[peer.pk])


def _list_accepted() -> Iterator[ReceivedFact]:
    """Every fact that was taken in, as it arrived; some of them in memory at a time."""
    accepted = ReceivedFact.objects.filter(state=ReceivedState.ACCEPTED).defer("raw", "detail")
    last = 0
    while some := list(accepted.filter(position__gt=last).order_by("position")[:AT_ONCE]):
        yield from some
        last = some[-1].pk


def _count_accepted() -> Mapping[int, int]:
    accepted = ReceivedFact.objects.filter(state=ReceivedState.ACCEPTED).order_by()
    return dict(accepted.values_list("peer").annotate(count=Count("pk")))


def _add(peer: Peer, fact: ReceivedFact, stock: Stock) -> Iterator[str]:
    """Add what a fact moves, and say what stands beside it that it does not say."""
    named = f"{fact.type} #{fact.sequence:,} of {peer}"
    try:
        columns = columns_of(fact.type, fact.payload)
    except (Unfit, KeyError, TypeError) as error:
        yield f"{named} cannot be read: {error}"
        return
    for name in _BESIDE:
        here, said = _text(getattr(fact, name)), _text(getattr(columns, name))
        if here != said:
            yield f"{named}: {name} is {here or 'empty'}, and the fact says {said or 'nothing'}."
    _move(columns, stock)


def _move(columns: Columns, stock: Stock) -> None:
    for store, sku, units in columns.moved:
        stock[sku][store] += units
    for old, new in columns.renamed:
        for store, units in stock.pop(old, Counter()).items():
            stock[new][store] += units


def _compare_stock(peer: Peer, stock: Stock) -> Iterator[str]:
    rows = RemoteStock.objects.filter(peer=peer).order_by("store", "sku")
    for store, sku, on_hand in rows.values_list("store", "sku", "on_hand").iterator(AT_ONCE):
        added = stock[sku].pop(store, 0) if sku in stock else 0
        if on_hand != added:
            yield f"{sku} in {store} of {peer}: {on_hand:,} on hand, its facts come to {added:,}."
    for sku, stores in stock.items():
        for store, added in stores.items():
            if added:
                yield f"{sku} in {store} of {peer}: not on file, its facts come to {added:,}."


def _text(value: Any) -> str:
    return "" if value is None else str(value)
