"""Finding out, by reading alone, what a head office's products would change here."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Q

from apps.catalog.models import Barcode, ModifierGroup, Price, Product
from apps.catalog.services.central.reading import CentralProduct, Gone, Renamed
from apps.catalog.services.imports.states import Edit, products_with_state, state_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from apps.catalog.services.central.reading import CentralGroup, CentralPrice

TICK = timedelta(microseconds=1)  # the finest that both databases keep apart

type Page = Sequence[CentralProduct | Gone | Renamed]


@dataclass(slots=True)
class PricePlan:
    """Prices of one book: those to begin, by SKU, and the keys of those that will never."""

    begin: list[tuple[str, datetime, int]] = field(default_factory=list)
    withdraw: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Plan:
    """What would be written."""

    renames: list[tuple[int, Renamed]] = field(default_factory=list)  # with the product's key
    groups: list[CentralGroup] = field(default_factory=list)
    edits: list[Edit] = field(default_factory=list)
    robbed: dict[int, list[str]] = field(default_factory=dict)  # codes that become another's
    prices: dict[str, PricePlan] = field(default_factory=dict)  # by the code of the book
    adopted: list[int] = field(default_factory=list)  # keys of products that were the store's own

    @property
    def previous_skus(self) -> dict[str, str]:
        """What products were called until now, by the SKU that they come to have."""
        first = {pk: rename.previous_sku for pk, rename in reversed(self.renames)}
        return {sku: first[pk] for pk, sku in self.new_skus.items() if first[pk] != sku}

    @property
    def new_skus(self) -> dict[int, str]:
        """The SKUs that products come to have, by their keys."""
        return {pk: rename.sku for pk, rename in self.renames}

    @property
    def changes_something(self) -> bool:
        """Whether anything differs from what the head office says."""
        prices = any(plan.begin or plan.withdraw for plan in self.prices.values())
        changed = self.renames or self.groups or self.edits or self.robbed or self.adopted
        return bool(changed or prices)


def plan_page(page: Page, now: datetime) -> Plan:
    """What these products make of the catalog as it stands, in a fixed number of statements."""
    central = _last_of_each(page)
    plan = Plan(renames=_find_renames(page), groups=_different_groups(central))
    skus = plan.new_skus
    rows = _rows(now, Q(sku__in=[each.sku for each in page]) | Q(pk__in=skus))
    known = {skus.get(row.pk, row.sku): row for row in rows}
    _settle_codes(central)
    for product in central.values():
        row = known.get(product.sku)
        before = None if row is None else state_of(row) | {"price_cents": None}
        if before != product.state or (row and row.pk in skus):
            plan.edits.append(Edit(product.sku, row.pk if row else None, before, product.state))
        if row is not None and not row.is_central:
            plan.adopted.append(row.pk)
    gone = {each.sku for each in page if isinstance(each, Gone)} - central.keys()
    plan.edits += _retirements({sku: known[sku] for sku in sorted(gone & known.keys())})
    plan.edits += _mere_renames(plan, known)
    plan.robbed = _find_robbed(central, known)
    plan.prices = _plan_prices(central, known, now)
    return plan


def _rows(now: datetime, wanted: Q) -> list[Product]:
    return list(products_with_state(None, now).filter(wanted))


def _last_of_each(page: Page) -> dict[str, CentralProduct]:
    """Each product once, as it was said last; not those that are gone after all."""
    said = {each.sku: each for each in page if not isinstance(each, Renamed)}
    return {sku: each for sku, each in said.items() if isinstance(each, CentralProduct)}


def _find_renames(page: Page) -> list[tuple[int, Renamed]]:
    """The renames that can be done, one after the other as they were done at the head office.

    A product that is the store's own is not renamed, and none takes the SKU of another.
    """
    renames = [each for each in page if isinstance(each, Renamed)]
    named = {sku for rename in renames for sku in (rename.previous_sku, rename.sku)}
    rows = Product.objects.filter(sku__in=named).values_list("sku", "pk", "is_central")
    here = {sku: (pk, is_central) for sku, pk, is_central in rows}
    done = []
    for rename in renames:
        pk, is_central = here.get(rename.previous_sku, (0, False))
        if is_central and rename.sku not in here:
            here[rename.sku] = here.pop(rename.previous_sku)
            done.append((pk, rename))
    return done


def _different_groups(central: Mapping[str, CentralProduct]) -> list[CentralGroup]:
    wanted = {group.name: group for product in central.values() for group in product.groups}
    rows = ModifierGroup.objects.filter(name__in=wanted).prefetch_related("modifiers")
    known = {row.name: row for row in rows}
    return [group for name, group in wanted.items() if _differs(known.get(name), group)]


def _differs(row: ModifierGroup | None, group: CentralGroup) -> bool:
    if row is None:
        return True
    choices = {c.name: c.price_cents for c in row.modifiers.all() if c.is_active}
    same = (row.minimum, row.maximum) == (group.minimum, group.maximum)
    return not same or choices != dict(group.choices)


def _settle_codes(central: Mapping[str, CentralProduct]) -> None:
    """A code that two products of a page have is the last one's: it has moved meanwhile."""
    owner = {code[0]: sku for sku, product in central.items() for code in product.state["barcodes"]}
    for sku, product in central.items():
        codes = product.state["barcodes"]
        product.state["barcodes"] = [code for code in codes if owner[code[0]] == sku]


def _retirements(rows: Mapping[str, Product]) -> list[Edit]:
    """Products of the head office that the store sells no more. They are kept: books name them."""
    ours = {sku: row for sku, row in rows.items() if row.is_central and row.is_active}
    return [_edit(sku, row, is_active=False) for sku, row in ours.items()]


def _mere_renames(plan: Plan, known: Mapping[str, Product]) -> list[Edit]:
    """Products of which the page says no more than that they are called otherwise."""
    said = {edit.sku for edit in plan.edits}
    return [_edit(sku, known[sku]) for sku in plan.previous_skus if sku not in said]


def _edit(sku: str, row: Product, **changed: object) -> Edit:
    state = state_of(row) | {"price_cents": None}
    return Edit(sku, row.pk, state, state | changed)


def _find_robbed(
    central: Mapping[str, CentralProduct], known: Mapping[str, Product]
) -> dict[int, list[str]]:
    """Codes of products outside the page that the head office says are a product's in it."""
    gtins = [code[0] for product in central.values() for code in product.state["barcodes"]]
    inside = {row.pk for sku, row in known.items() if sku in central}
    robbed = defaultdict(list)
    active = Barcode.objects.filter(gtin__in=gtins, is_active=True).exclude(product__in=inside)
    for product_id, gtin in active.order_by("gtin").values_list("product", "gtin"):
        robbed[product_id].append(gtin)
    return dict(robbed)


def _plan_prices(
    central: Mapping[str, CentralProduct], known: Mapping[str, Product], now: datetime
) -> dict[str, PricePlan]:
    wanted: dict[str, dict[str, list[CentralPrice]]] = defaultdict(lambda: defaultdict(list))
    for product in central.values():
        for price in product.prices:
            wanted[price.book][product.sku].append(price)
    keys = {sku: row.pk for sku, row in known.items()}
    return {book: _plan_book(book, of, keys, now) for book, of in wanted.items()}


def _plan_book(
    book: str, wanted: Mapping[str, list[CentralPrice]], keys: Mapping[str, int], now: datetime
) -> PricePlan:
    """What has begun stays as it was: a price that is another here begins now, not in the past."""
    plan = PricePlan()
    ids = [keys[sku] for sku in wanted if sku in keys]
    rows = Price.objects.filter(book__code=book, product__in=ids).order_by("starts_at")
    have: dict[int, list[Price]] = defaultdict(list)
    for row in rows:
        have[row.product_id].append(row)
    for sku, points in wanted.items():
        _plan_product(
            plan, sku, sorted(points, key=lambda p: p.starts_at), have[keys.get(sku, 0)], now
        )
    return plan


def _plan_product(
    plan: PricePlan, sku: str, points: list[CentralPrice], rows: list[Price], now: datetime
) -> None:
    in_force = next((p.price_cents for p in reversed(points) if p.starts_at <= now), None)
    here = next((row.price_cents for row in reversed(rows) if row.starts_at <= now), None)
    if in_force is not None and in_force != here:
        is_taken = any(row.starts_at == now for row in rows)
        plan.begin.append((sku, now + TICK if is_taken else now, in_force))
    coming = {p.starts_at: p.price_cents for p in points if p.starts_at > now}
    scheduled = {row.starts_at: row for row in rows if row.starts_at > now}
    for starts_at, row in scheduled.items():
        if coming.get(starts_at) != row.price_cents:
            plan.withdraw.append(row.pk)
    for starts_at, cents in coming.items():
        known = scheduled.get(starts_at)
        if known is None or known.price_cents != cents:
            plan.begin.append((sku, starts_at, cents))
