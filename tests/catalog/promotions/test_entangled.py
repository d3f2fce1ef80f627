"""A basket too entangled to be settled exactly is still priced, lawfully and the same each time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apps.catalog.promotions import pricing
from apps.catalog.promotions.types import PromotionKind, Selection
from tests.catalog.promotions.baskets import explanation, line, promotion, total

if TYPE_CHECKING:
    from apps.catalog.promotions.types import Promotion, ShelfLine


@pytest.fixture
def lines() -> list[ShelfLine]:
    return [
        line(f"{number:02}", number % 6 + 1, 500 + 137 * (number % 6), 1 + number % 4)
        for number in range(40)
    ]


@pytest.fixture
def promotions() -> list[Promotion]:
    some = [Selection(products=frozenset(range(1 + n % 5, 7))) for n in range(8)]
    return [
        promotion(n, PromotionKind.N_FOR_PRICE, units=2 + n % 5, amount_cents=700 * (2 + n % 5),
                  selection=some[n])
        for n in range(8)
    ]  # fmt: skip


def test_a_budget_that_is_spent_still_gives_a_lawful_price(
    lines: list[ShelfLine], promotions: list[Promotion], monkeypatch: pytest.MonkeyPatch
) -> None:
    exact = total(lines, promotions)
    monkeypatch.setattr(pricing, "MOST_STATES", 0)
    assert exact <= total(lines, promotions) <= sum(each.shelf_cents for each in lines)


def test_the_order_of_the_lines_does_not_matter_even_then(
    lines: list[ShelfLine], promotions: list[Promotion], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pricing, "MOST_STATES", 0)
    assert explanation(lines[::-1], promotions) == explanation(lines, promotions)


def test_ten_thousand_bottles_on_every_line_are_priced_all_the_same(
    promotions: list[Promotion],
) -> None:
    lines = [line(f"{number}", number + 1, 999 + 100 * number, 10_000) for number in range(6)]
    assert 0 < total(lines, promotions) < sum(each.shelf_cents for each in lines)
