"""Taking a product file in: streamed, all or nothing, with a report that names every row at fault.

A dry run does the very same work and rolls it back, so what it shows is what will happen.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from itertools import batched
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from django_subatomic.db import durable, transaction

from apps.catalog.models import ImportRun, PriceBook
from apps.catalog.rules import legal_obstacle
from apps.catalog.services.imports.reading import BadRow, ProductRow, read_rows
from apps.catalog.services.imports.saving import save_rows
from apps.catalog.services.imports.states import (
    Planned,
    State,
    describe_difference,
    products_with_state,
    state_after,
    state_of,
)
from apps.core import audit
from apps.core.reference import bump_revision
from apps.stores.types import BeverageType

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from apps.core.types import JSON, Actor

ROWS_AT_ONCE = 500
CHANGES_SHOWN = 2_000


@dataclass(frozen=True, slots=True)
class ImportFile:
    """A file as lines of text, and where its prices go."""

    name: str
    lines: Iterable[str]
    book: str
    on_progress: Callable[[int], None] = lambda _rows: None


@dataclass(frozen=True, slots=True)
class Change:
    """One product that a file makes or changes, and how."""

    line: int
    sku: str
    name: str
    is_new: bool
    differences: tuple[str, ...]


@dataclass(slots=True)
class ImportReport:
    """What a file did, or would do."""

    run_id: UUID = field(default_factory=uuid4)
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    changes: list[Change] = field(default_factory=list)
    bad_rows: list[BadRow] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    is_applied: bool = False

    @property
    def has_changes(self) -> bool:
        """Whether any product is new or different."""
        return bool(self.created or self.changed)

    @property
    def rows(self) -> int:
        """All rows of the file, good and bad."""
        return self.created + self.changed + self.unchanged + len(self.bad_rows)


class _TakenBack(Exception):
    """Rolls the transaction of a dry run, or of a file with a bad row, back."""


@durable
def import_products(
    *, actor: Actor, file: ImportFile, now: datetime, dry_run: bool = False
) -> ImportReport:
    """Take a file in. With a bad row, or as a dry run, nothing is changed; the report says so.

    A file that changes nothing leaves no run behind either.

    Raises:
        ImportRefused: it is no CSV file with the columns that are needed.
    """
    report = ImportReport()
    try:
        with transaction():
            _take_in(actor, file, report, now)
            if dry_run or report.bad_rows or not report.has_changes:
                raise _TakenBack
            report.is_applied = True
    except _TakenBack:
        pass
    return report


def _take_in(actor: Actor, file: ImportFile, report: ImportReport, now: datetime) -> None:
    bump_revision()  # first: its lock makes imports and undos wait for each other
    book, _ = PriceBook.objects.get_or_create(code=file.book, defaults={"name": file.book.title()})
    run = ImportRun.objects.create(
        id=report.run_id,
        file_name=file.name[:200],
        book=book,
        actor_name=actor.name,
        imported_at=now,
        created_count=0,
        changed_count=0,
        unchanged_count=0,
    )
    taken = _Taken()
    for chunk in batched(read_rows(file.lines), ROWS_AT_ONCE):
        report.bad_rows += [entry for entry in chunk if isinstance(entry, BadRow)]
        rows = [entry for entry in chunk if isinstance(entry, ProductRow)]
        planned = _plan(taken.unique(rows, report), book.pk, now)
        conflicts = save_rows(run, planned, now)
        report.bad_rows += conflicts
        _note(planned, {conflict.line for conflict in conflicts}, report)
        file.on_progress(len(chunk))
    _finish(actor, run, report, now)


@dataclass(slots=True)
class _Taken:
    """SKUs and codes that earlier rows of the same file have taken."""

    skus: dict[str, int] = field(default_factory=dict)
    gtins: dict[str, str] = field(default_factory=dict)

    def unique(self, rows: list[ProductRow], report: ImportReport) -> list[ProductRow]:
        """The rows that repeat nothing; the others join the report's bad rows."""
        good = []
        for row in rows:
            if (line := self.skus.setdefault(row.sku, row.line)) != row.line:
                reason = f"sku {row.sku} stands in line {line} already"
                report.bad_rows.append(BadRow(row.line, row.sku, reason))
            elif other := self._other_owner(row):
                report.bad_rows.append(BadRow(row.line, row.sku, other))
            else:
                good.append(row)
        return good

    def _other_owner(self, row: ProductRow) -> str | None:
        for gtin, _ in row.codes:
            if (sku := self.gtins.setdefault(gtin, row.sku)) != row.sku:
                return f"barcode {gtin} is {sku}'s, in line {self.skus[sku]}"
        return None


def _plan(rows: list[ProductRow], book_id: int, now: datetime) -> list[Planned]:
    known = products_with_state(book_id, now).filter(sku__in=[row.sku for row in rows])
    before = {product.sku: state_of(product) for product in known}
    return [
        Planned(row, before.get(row.sku), state_after(row, before.get(row.sku))) for row in rows
    ]


def _note(planned: list[Planned], bad_lines: set[int], report: ImportReport) -> None:
    for plan in planned:
        row = plan.row
        if row.line in bad_lines:
            continue
        if obstacle := _obstacle(plan.after):
            report.warnings.append(
                f"line {row.line}, {row.sku} {row.name}: {obstacle} Tills will refuse it."
            )
        if plan.before == plan.after:
            report.unchanged += 1
            continue
        is_new = plan.before is None
        report.created += is_new
        report.changed += not is_new
        if len(report.changes) < CHANGES_SHOWN:
            differences = tuple(describe_difference(plan.before, plan.after))
            report.changes.append(Change(row.line, row.sku, row.name, is_new, differences))


def _obstacle(state: State) -> str | None:
    abv = state["abv_percent"]
    return legal_obstacle(
        BeverageType(state["beverage_type"]),
        state["volume_ml"],
        None if abv is None else Decimal(abv),
    )


def _finish(actor: Actor, run: ImportRun, report: ImportReport, now: datetime) -> None:
    run.created_count, run.changed_count = report.created, report.changed
    run.unchanged_count = report.unchanged
    run.save(update_fields=["created_count", "changed_count", "unchanged_count"])
    facts: dict[str, JSON] = {
        "file": run.file_name,
        "created": report.created,
        "changed": report.changed,
    }
    audit.record(audit.AuditFact(now, actor, "products.imported", f"import:{run.pk}", facts))
