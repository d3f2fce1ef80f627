"""Finding out, by reading alone, what the rows of a product file would do to the catalog."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from apps.catalog.models import Barcode, ModifierGroup
from apps.catalog.services.imports.reading import BadRow, ProductRow
from apps.catalog.services.imports.states import (
    Edit,
    products_with_state,
    state_after,
    state_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Planned:
    """A row, and what it makes of its product."""

    row: ProductRow
    edit: Edit


@dataclass(slots=True)
class Taken:
    """SKUs and codes that earlier rows of the same file have taken."""

    skus: dict[str, int] = field(default_factory=dict)
    gtins: dict[str, str] = field(default_factory=dict)

    def unique(self, rows: list[ProductRow], bad_rows: list[BadRow]) -> list[ProductRow]:
        """The rows that repeat nothing; the others join the bad rows."""
        good = []
        for row in rows:
            if (line := self.skus.setdefault(row.sku, row.line)) != row.line:
                reason = f"sku {row.sku} stands in line {line} already"
                bad_rows.append(BadRow(row.line, row.sku, reason))
            elif other := self._other_owner(row):
                bad_rows.append(BadRow(row.line, row.sku, other))
            else:
                good.append(row)
        return good

    def _other_owner(self, row: ProductRow) -> str | None:
        for gtin, _ in row.codes:
            if (sku := self.gtins.setdefault(gtin, row.sku)) != row.sku:
                return f"barcode {gtin} is {sku}'s, in line {self.skus[sku]}"
        return None


def plan_rows(rows: list[ProductRow], book_id: int | None, now: datetime) -> list[Planned]:
    """What each row makes of its product, as the catalog stands."""
    found = products_with_state(book_id, now).filter(sku__in=[row.sku for row in rows])
    known = {product.sku: (product.pk, state_of(product)) for product in found}
    planned = []
    for row in rows:
        product_id, before = known.get(row.sku, (None, None))
        edit = Edit(row.sku, product_id, before, state_after(row, before))
        planned.append(Planned(row, edit))
    return planned


def find_clashes(rows: list[ProductRow]) -> Iterator[BadRow]:
    """Rows whose barcode is another product's, or whose modifier group does not exist."""
    gtins = {gtin for row in rows for gtin, _ in row.codes}
    active = Barcode.objects.filter(gtin__in=gtins, is_active=True)
    owner = dict(active.values_list("gtin", "product__sku"))
    named = {name for row in rows for name in row.modifier_groups or ()}
    groups = set(ModifierGroup.objects.filter(name__in=named).values_list("name", flat=True))
    for row in rows:
        taken = next((g for g, _ in row.codes if owner.get(g, row.sku) != row.sku), None)
        unknown = next((name for name in row.modifier_groups or () if name not in groups), None)
        if taken:
            yield BadRow(row.line, row.sku, f"barcode {taken} is {owner[taken]}'s already")
        elif unknown:
            yield BadRow(row.line, row.sku, f"modifier group {unknown!r} does not exist")
