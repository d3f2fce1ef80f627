"""Finding out, by reading alone, what a head office's products would change here."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from apps.catalog.models import Barcode, ModifierGroup, Price, Product
from apps.catalog.services.central.reading import CentralProduct, Gone
from apps.catalog.services.imports.states import Edit, products_with_state, state_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from apps.catalog.services.central.reading import CentralGroup, CentralPrice

TICK = timedelta(microseconds=1)  # the finest that both databases keep apart

type Page = Sequence[CentralProduct | Gone]


@dataclass(slots=True)
class PricePlan:
    """Prices of one book: those to begin, by SKU, and the keys of those that will never."""

    begin: list[tuple[str, datetime, int]] = field(default_factory=list)
    withdraw: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Plan:
    """What would be written."""

    renames: dict[str, tuple[int, str]] = field(default_factory=dict)  # new SKU: key and old SKU
    groups: list[CentralGroup] = field(default_factory=list)
    edits: list[Edit] = field(default_factory=list)
    robbed: dict[int, list[str]] = field(default_factory=dict)  # codes that become another's
    prices: dict[str, PricePlan] = field(default_factory=dict)  # by the code of the book
    adopted: list[int] = field(default_factory=list)  # keys of products that were the store's own

    @property
    def changes_something(self) -> bool:
        """Whether anything differs from what the head office says."""
        prices = any(plan.begin or plan.withdraw for plan in self.prices.values())
        changed = self.renames or self.groups or self.edits or self.robbed or self.adopted
        return bool(changed or prices)


def plan_page(page: Page, now: datetime) -> Plan:
    """What these products make of the catalog as it stands, in a fixed number of statements."""
    central = _last_of_each(page)
    plan = Plan(renames=_find_renames(central))
    plan.groups = _different_groups(central)
    keys = [pk for pk, _ in plan.renames.values()]
    known = {p.sku: p for p in _rows(now, sku__in=[each.sku for each in page])}
    known |= {new: p for p in _rows(now, pk__in=keys) for new in _renamed_to(plan, p.pk)}
    _settle_codes(central)
    for product in central.values():
        row = known.get(product.sku)
        before = None if row is None else state_of(row) | {"price_cents": None}
        edit = Edit(product.sku, row.pk if row else None, before, product.state)
        if before != product.state or product.sku in plan.renames:
            plan.edits.append(edit)
        if row is not None and not row.is_central:
            plan.adopted.append(row.pk)
    renamed = {pk for pk, _ in plan.renames.values()}
    gone = {each.sku for each in page if isinstance(each, Gone)} - central.keys()
    rows = [known[sku] for sku in sorted(gone & known.keys()) if known[sku].pk not in renamed]
    plan.edits += _retirements(rows)
    plan.robbed = _find_robbed(central, known)
    plan.prices = _plan_prices(central, known, now)
    return plan


def _rows(now: datetime, **wanted: object) -> list[Product]:
    return list(products_with_state(None, now).filter(**wanted))


def _last_of_each(page: Page) -> dict[str, CentralProduct]:
    """Each product once, as it was said last; not those that are gone after all."""
    said = {each.sku: each for each in page}
    return {sku: each for sku, each in said.items() if isinstance(each, CentralProduct)}


def _find_renames(central: Mapping[str, CentralProduct]) -> dict[str, tuple[int, str]]:
    """Products that are here under an SKU which they had before, and under no other."""
    named = {sku for product in central.values() for sku in product.previous_skus}
    if not named:
        return {}
    wanted = named | central.keys()
    here = dict(Product.objects.filter(sku__in=wanted, is_central=True).values_list("sku", "pk"))
    taken = set(Product.objects.filter(sku__in=central).values_list("sku", flat=True))
    renames: dict[str, tuple[int, str]] = {}
    for sku, product in central.items():
        old = next((s for s in product.previous_skus if s in here and s not in central), None)
        if old is not None and sku not in taken:
            renames[sku] = (here.pop(old), old)
    return renames


def _renamed_to(plan: Plan, product_id: int) -> list[str]:
    return [sku for sku, (pk, _) in plan.renames.items() if pk == product_id]


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


def _retirements(rows: list[Product]) -> list[Edit]:
    """Products of the head office that the store sells no more. They are kept: books name them."""
    ours = [row for row in rows if row.is_central and row.is_active]
    states = {row: state_of(row) | {"price_cents": None} for row in ours}
    return [Edit(row.sku, row.pk, s, s | {"is_active": False}) for row, s in states.items()]


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
