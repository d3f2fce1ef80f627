"""The stock board: levels this process has seen lately, so that scanning costs no statement.

A level shown here may be two seconds old. It is for showing only: no rule decides by it.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from apps.inventory.selectors import list_levels

if TYPE_CHECKING:
    from collections.abc import Iterable

    from apps.inventory.types import StockLevel

FRESH_SECONDS = 2.0
WATCHED_SECONDS = 60.0


class _Board:
    """One store's levels. All products that were asked for within a minute are read together."""

    def __init__(self, store_id: int) -> None:
        self.store_id = store_id
        self.levels: dict[int, StockLevel] = {}
        self.asked_at: dict[int, float] = {}
        self.read_at = time.monotonic()

    def see(self, product_id: int) -> StockLevel:
        now = time.monotonic()
        self.asked_at[product_id] = now
        if now - self.read_at >= FRESH_SECONDS:
            self.read_at = now
            self._refresh(now)
        level = self.levels.get(product_id)
        if level is None:
            level = self._read_one(product_id)
        return level

    def _refresh(self, now: float) -> None:
        # In place: other threads look and ask meanwhile.
        watched = []
        for product_id, asked_at in self.asked_at.copy().items():
            if now - asked_at < WATCHED_SECONDS:
                watched.append(product_id)
            else:
                self.asked_at.pop(product_id, None)
                self.levels.pop(product_id, None)
        for level in list_levels(store_id=self.store_id, product_ids=watched):
            self.levels[level.product_id] = level

    def _read_one(self, product_id: int) -> StockLevel:
        (level,) = list_levels(store_id=self.store_id, product_ids=[product_id])
        self.levels[product_id] = level
        return level


_boards: dict[int, _Board] = {}


def see_level(*, store_id: int, product_id: int) -> StockLevel:
    """A store's level of a product, at most two seconds old."""
    board = _boards.get(store_id) or _boards.setdefault(store_id, _Board(store_id))
    return board.see(product_id)


def note_levels(levels: Iterable[StockLevel]) -> None:
    """Show at once what this process has just moved."""
    for level in levels:
        board = _boards.get(level.store_id)
        if board and level.product_id in board.levels:
            board.levels[level.product_id] = level


def forget_boards() -> None:
    """Empty the boards, as a fresh process would."""
    _boards.clear()
