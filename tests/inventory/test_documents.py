"""A manager's paper moves stock in the sense of its kind, and a sign that makes none is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django_subatomic.db import transaction

from apps.inventory.errors import QuantityNotPossible
from apps.inventory.models import StockDocument, StockMovement
from apps.inventory.services.documents import Paper, write_paper
from apps.inventory.types import MovementKind
from tests.conftest import NOON
from tests.factories import MANAGER

from .stockroom import on_hand, paper, put

if TYPE_CHECKING:
    from apps.catalog.models import Product
    from apps.stores.models import Store


def write(
    store: Store, kind: MovementKind, units: dict[int, int], *, to: Store | None = None
) -> None:
    wanted = Paper(paper(store, kind), units, to.pk if to else None)
    with transaction():
        write_paper(actor=MANAGER, paper=wanted, now=NOON)


@pytest.mark.parametrize(
    ("kind", "quantity", "after"),
    [
        (MovementKind.RECEIPT, 4, 14),
        (MovementKind.WASTE, 4, 6),
        (MovementKind.ADJUSTMENT, 4, 14),
        (MovementKind.ADJUSTMENT, -4, 6),
        (MovementKind.COUNT, 4, 4),
        (MovementKind.COUNT, 0, 0),
    ],
)
def test_a_paper_moves_stock_as_its_kind_says(
    store: Store, rum: Product, kind: MovementKind, quantity: int, after: int
) -> None:
    put(store, rum, 10)
    write(store, kind, {rum.pk: quantity})
    assert on_hand(store, rum) == after
    assert StockMovement.objects.latest("pk").kind == kind


def test_a_transfer_goes_to_the_store_it_names(
    store: Store, other_store: Store, rum: Product
) -> None:
    put(store, rum, 10)
    write(store, MovementKind.TRANSFER, {rum.pk: 4}, to=other_store)
    assert (on_hand(store, rum), on_hand(other_store, rum)) == (6, 4)


@pytest.mark.parametrize(
    ("kind", "quantity"),
    [
        (MovementKind.RECEIPT, 0),
        (MovementKind.RECEIPT, -1),
        (MovementKind.WASTE, -1),
        (MovementKind.TRANSFER, -1),
        (MovementKind.COUNT, -1),
        (MovementKind.ADJUSTMENT, 0),
    ],
)
def test_a_quantity_that_cannot_be_is_refused_among_good_ones(
    store: Store,
    other_store: Store,
    rum: Product,
    gin: Product,
    *,
    kind: MovementKind,
    quantity: int,
) -> None:
    with pytest.raises(QuantityNotPossible):
        write(store, kind, {gin.pk: 1, rum.pk: quantity}, to=other_store)
    assert not StockDocument.objects.exists()


@pytest.mark.parametrize("kind", MovementKind)
def test_a_paper_without_any_product_is_refused(store: Store, kind: MovementKind) -> None:
    with pytest.raises(QuantityNotPossible):
        write(store, kind, {})
