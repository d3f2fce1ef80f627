"""Taking a product file in: all or nothing, with a report that names every row at fault.

First the file is read and compared with the catalog, without any lock; a dry run ends there. Then
what differs is written in one short transaction, if nobody has changed the catalog meanwhile; if
somebody has, the rows are compared once more under the transaction's lock.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from itertools import batched
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from django.db.models import Max
from django_subatomic.db import durable, transaction

from apps.catalog.models import ImportRun, Price, PriceBook
from apps.catalog.rules import legal_obstacle
from apps.catalog.services.imports.planning import Planned, Taken, find_clashes, plan_rows
from apps.catalog.services.imports.reading import BadRow, ProductRow, read_rows
from apps.catalog.services.imports.saving import save_run
from apps.catalog.services.imports.states import Edit, State, describe_difference
from apps.catalog.services.imports.telling import tell_import
from apps.core import audit
from apps.core.reference import bump_revision, read_revision
from apps.stores.types import BeverageType

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from apps.core.types import JSON, Actor

ROWS_AT_ONCE = 500
CHANGES_SHOWN = 2_000
TICK = timedelta(microseconds=1)  # the finest that both databases keep apart


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
    """Rolls the transaction back when the catalog has moved so that nothing can be taken in."""


@durable
def import_products(
    *, actor: Actor, file: ImportFile, now: datetime, dry_run: bool = False
) -> ImportReport:
    """Take a file in. With a bad row, or as a dry run, nothing is changed; the report says so.

    A file that changes nothing leaves no run behind either. The file is read and compared before
    the transaction begins, because in SQLite tills wait for as long as it lasts.

    Raises:
        ImportRefused: it is no CSV file with the columns that are needed.
    """
    draft = _read_file(file, now)
    if dry_run or not draft.is_ready:
        return draft.report
    try:
        with transaction():
            bump_revision()  # first: its lock makes imports and undos wait for each other
            if read_revision() != draft.revision + 1:
                draft = _compare_again(draft, file.book)
            if not draft.is_ready:
                raise _TakenBack
            _write(actor, file, draft)
    except _TakenBack:
        return draft.report
    draft.report.is_applied = True
    return draft.report


@dataclass(slots=True)
class _Draft:
    """What a file would do to the catalog as it stood at one revision."""

    revision: int
    book_id: int | None  # of a book that does not exist yet, none
    now: datetime
    rows: list[ProductRow] = field(default_factory=list)
    edits: list[Edit] = field(default_factory=list)
    report: ImportReport = field(default_factory=ImportReport)
    taken: Taken = field(default_factory=Taken)

    @property
    def is_ready(self) -> bool:
        """Whether there is something to write, and no row at fault."""
        return self.report.has_changes and not self.report.bad_rows

    def add(self, rows: list[ProductRow]) -> None:
        """Compare some rows with the catalog. The statements do not grow with the rows."""
        bad_rows = self.report.bad_rows
        self.rows += rows
        unique = self.taken.unique(rows, bad_rows)
        clashes = list(find_clashes(unique))
        bad_rows += clashes
        bad_lines = {clash.line for clash in clashes}
        good = [row for row in unique if row.line not in bad_lines]
        planned = plan_rows(good, self.book_id, self.now)
        _note(planned, self.report)
        self.edits += [plan.edit for plan in planned if plan.edit.before != plan.edit.after]


def _read_file(file: ImportFile, now: datetime) -> _Draft:
    draft = _begin(file.book, now)
    for chunk in batched(read_rows(file.lines), ROWS_AT_ONCE):
        draft.report.bad_rows += [entry for entry in chunk if isinstance(entry, BadRow)]
        draft.add([entry for entry in chunk if isinstance(entry, ProductRow)])
        file.on_progress(len(chunk))
    return draft


def _compare_again(stale: _Draft, book: str) -> _Draft:
    """The same rows against the catalog as it stands now; for a caller that holds the lock.

    Whoever committed in between came first, so what the file says begins after their prices.
    """
    newest = Price.objects.filter(book__code=book).aggregate(at=Max("created_at"))["at"]
    draft = _begin(book, stale.now if newest is None else max(stale.now, newest + TICK))
    for rows in batched(stale.rows, ROWS_AT_ONCE):
        draft.add(list(rows))
    return draft


def _begin(book: str, now: datetime) -> _Draft:
    revision = read_revision()  # first: whoever changes what is read from here on bumps it
    book_id = PriceBook.objects.filter(code=book).values_list("pk", flat=True).first()
    return _Draft(revision, book_id, now)


def _note(planned: list[Planned], report: ImportReport) -> None:
    for plan in planned:
        row, before, after = plan.row, plan.edit.before, plan.edit.after
        if obstacle := _obstacle(after):
            report.warnings.append(
                f"line {row.line}, {row.sku} {row.name}: {obstacle} Tills will refuse it."
            )
        if before == after:
            report.unchanged += 1
            continue
        is_new = before is None
        report.created += is_new
        report.changed += not is_new
        if len(report.changes) < CHANGES_SHOWN:
            differences = tuple(describe_difference(before, after))
            report.changes.append(Change(row.line, row.sku, row.name, is_new, differences))


def _obstacle(state: State) -> str | None:
    abv = state["abv_percent"]
    return legal_obstacle(
        BeverageType(state["beverage_type"]),
        state["volume_ml"],
        None if abv is None else Decimal(abv),
    )


def _write(actor: Actor, file: ImportFile, draft: _Draft) -> None:
    report, now = draft.report, draft.now
    book, _ = PriceBook.objects.get_or_create(code=file.book, defaults={"name": file.book.title()})
    run = ImportRun.objects.create(
        id=report.run_id,
        file_name=file.name[:200],
        book=book,
        actor_name=actor.name,
        imported_at=now,
        created_count=report.created,
        changed_count=report.changed,
        unchanged_count=report.unchanged,
    )
    for edits in batched(draft.edits, ROWS_AT_ONCE):
        save_run(run, edits, now)
    facts: dict[str, JSON] = {
        "file": run.file_name,
        "created": report.created,
        "changed": report.changed,
    }
    audit.record(audit.AuditFact(now, actor, "products.imported", f"import:{run.pk}", facts))
    tell_import(run, draft.edits)
