"""Taking an import back, as long as nobody has built on it."""

from __future__ import annotations

from itertools import batched
from typing import TYPE_CHECKING

from django.db.models import ProtectedError
from django_subatomic.db import savepoint, transaction_required

from apps.catalog.errors import ImportNotUndoable, ImportUnknown
from apps.catalog.models import ImportChange, ImportRun, ModifierGroup, Price, Product
from apps.catalog.services.imports.saving import (
    UPDATED_FIELDS,
    apply_state,
    find_or_make_categories,
    save_barcodes,
)
from apps.catalog.services.imports.states import State, products_with_state, state_of
from apps.core import audit
from apps.core.reference import bump_revision

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

    from apps.core.types import Actor

PRODUCTS_AT_ONCE = 500
CONFLICTS_NAMED = 20


@transaction_required
def undo_import(*, actor: Actor, run_id: UUID, now: datetime) -> ImportRun:
    """Put every product back as it was before the run. Products it made go; sold ones are retired.

    Raises:
        ImportUnknown: there is no such run.
        ImportNotUndoable: it was undone already, or products have been changed since.
    """
    bump_revision()  # first: its lock makes imports and undos wait for each other
    run = ImportRun.objects.filter(pk=run_id).first()
    if run is None:
        raise ImportUnknown(f"There is no import {run_id}. The admin lists them under Imports.")
    if run.undone_at is not None:
        raise ImportNotUndoable(f"It was undone at {run.undone_at:%Y-%m-%d %H:%M} UTC already.")
    _refuse_changed_since(run, now)
    Price.objects.filter(import_run=run).delete()
    changed = run.changes.filter(before__isnull=False).order_by("pk")
    for changes in batched(changed, PRODUCTS_AT_ONCE):
        _restore(changes)
    made = run.changes.filter(before__isnull=True).values_list("product", flat=True)
    for ids in batched(list(made), PRODUCTS_AT_ONCE):
        _remove(list(ids))
    run.undone_at = now
    run.save(update_fields=["undone_at"])
    audit.record(audit.AuditFact(now, actor, "products.import_undone", f"import:{run.pk}", {}))
    return run


def _refuse_changed_since(run: ImportRun, now: datetime) -> None:
    touched: list[str] = []
    for changes in batched(run.changes.order_by("pk").iterator(), PRODUCTS_AT_ONCE):
        after = {change.product_id: change.after for change in changes}
        products = products_with_state(run.book_id, now).filter(pk__in=after)
        touched += [p.sku for p in products if state_of(p) != after[p.pk]]
    if touched:
        named = ", ".join(sorted(touched)[:CONFLICTS_NAMED])
        raise ImportNotUndoable(
            f"{len(touched)} products were changed after this import: {named}. "
            "Change them back by hand, or undo the later change first.",
            products=len(touched),
        )


def _restore(changes: Iterable[ImportChange]) -> None:
    before: dict[int, State] = {c.product_id: c.before for c in changes if c.before is not None}
    products = list(Product.objects.filter(pk__in=before))
    categories = find_or_make_categories(tuple(state["category"]) for state in before.values())
    for product in products:
        apply_state(product, before[product.pk], categories)
        groups = ModifierGroup.objects.filter(name__in=before[product.pk]["modifier_groups"])
        product.modifier_groups.set(groups)
    Product.objects.bulk_update(products, UPDATED_FIELDS, batch_size=100)
    save_barcodes({pk: state["barcodes"] for pk, state in before.items()})


def _remove(product_ids: list[int]) -> None:
    """Delete products; those that stock or sales refer to are switched off instead."""
    try:
        with savepoint():
            Product.objects.filter(pk__in=product_ids).delete()
    except ProtectedError as error:
        used = {int(getattr(row, "product_id", 0)) for row in error.protected_objects}
        Product.objects.filter(pk__in=used).update(is_active=False)
        rest = [pk for pk in product_ids if pk not in used]
        if len(rest) == len(product_ids):
            raise
        _remove(rest)
