"""Taking an import back, as long as nobody has built on it."""

from __future__ import annotations

from itertools import batched
from typing import TYPE_CHECKING

from django.db.models import ProtectedError
from django_subatomic.db import savepoint, transaction_required

from apps.catalog.errors import ImportNotUndoable, ImportUnknown
from apps.catalog.models import ImportRun, Price, Product
from apps.catalog.services.imports.saving import save_products
from apps.catalog.services.imports.states import Edit, products_with_state, state_of
from apps.catalog.services.imports.telling import tell_undone
from apps.catalog.services.telling import list_told
from apps.core import audit
from apps.core.reference import bump_revision

if TYPE_CHECKING:
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
    edits, made = _find_way_back(run, now)
    begun = Price.objects.filter(import_run=run)
    prices = list(list_told(begun, is_withdrawn=True))
    begun.delete()
    for some in batched(edits, PRODUCTS_AT_ONCE):
        save_products(some)
    removed: set[int] = set()
    for ids in batched((edit.product_id for edit in made), PRODUCTS_AT_ONCE):
        removed |= _remove([pk for pk in ids if pk is not None])
    run.undone_at = now
    run.save(update_fields=["undone_at"])
    audit.record(audit.AuditFact(now, actor, "products.import_undone", f"import:{run.pk}", {}))
    gone = {edit.sku for edit in made if edit.product_id in removed}
    tell_undone(run, [*edits, *made], gone, prices, now)
    return run


def _find_way_back(run: ImportRun, now: datetime) -> tuple[list[Edit], list[Edit]]:
    """The edits that put changed products back, and those that retire what the run made.

    Raises:
        ImportNotUndoable: products have been changed since.
    """
    edits: list[Edit] = []
    made: list[Edit] = []
    touched: list[str] = []
    for changes in batched(run.changes.order_by("pk").iterator(), PRODUCTS_AT_ONCE):
        of = {change.product_id: change for change in changes}
        for product in products_with_state(run.book_id, now).filter(pk__in=of):
            change = of[product.pk]
            if state_of(product) != change.after:
                touched.append(product.sku)
            elif change.before is None:
                retired = change.after | {"is_active": False}
                made.append(Edit(product.sku, product.pk, None, retired))
            else:
                edits.append(Edit(product.sku, product.pk, change.after, change.before))
    if touched:
        named = ", ".join(sorted(touched)[:CONFLICTS_NAMED])
        raise ImportNotUndoable(
            f"{len(touched)} products were changed after this import: {named}. "
            "Change them back by hand, or undo the later change first.",
            products=len(touched),
        )
    return edits, made


def _remove(product_ids: list[int]) -> set[int]:
    """Delete products; those that stock or sales refer to are switched off instead.

    Returns the keys of those that are gone.
    """
    try:
        with savepoint():
            Product.objects.filter(pk__in=product_ids).delete()
    except ProtectedError as error:
        used = {int(getattr(row, "product_id", 0)) for row in error.protected_objects}
        Product.objects.filter(pk__in=used).update(is_active=False)
        rest = [pk for pk in product_ids if pk not in used]
        if len(rest) == len(product_ids):
            raise
        return _remove(rest)
    return set(product_ids)
