"""A file sent from the office is kept from its preview to its confirmation, and no longer."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from apps.catalog.errors import ImportRefused
from apps.catalog.models import ImportRun, Product
from apps.catalog.services.imports.uploads import is_kept, keep_upload, run_upload
from tests.factories import MANAGER

from .files import bottle, file_of

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from apps.catalog.services.imports.running import ImportReport

    from .files import Cells

pytestmark = pytest.mark.django_db


def keep(*rows: Cells) -> UUID:
    """Rows as a spreadsheet saves them: with a byte order mark."""
    return keep_upload("".join(file_of(*rows)).encode("utf-8-sig"))


def run(token: UUID, now: datetime, *, dry_run: bool = False) -> ImportReport:
    named = ("spring.csv", "STANDARD")
    return run_upload(actor=MANAGER, token=token, named=named, now=now, dry_run=dry_run)


def test_a_file_is_tried_out_and_then_taken_in(now: datetime) -> None:
    token = keep(bottle("A"), bottle("B"))
    tried = run(token, now, dry_run=True)
    assert (tried.created, tried.is_applied, is_kept(token)) == (2, False, True)
    done = run(token, now)
    assert (done.changes, done.is_applied, is_kept(token)) == (tried.changes, True, False)
    assert (Product.objects.count(), ImportRun.objects.get().file_name) == (2, "spring.csv")


def test_a_file_with_a_bad_row_is_kept_and_changes_nothing(now: datetime) -> None:
    token = keep(bottle("A"), bottle("B", price="x"))
    assert [bad.line for bad in run(token, now).bad_rows] == [3]
    assert is_kept(token)
    assert not Product.objects.exists()


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"PK\x03\x04"])
def test_a_file_that_is_no_product_file_is_refused(content: bytes, now: datetime) -> None:
    with pytest.raises(ImportRefused):
        run(keep_upload(content), now)


def test_two_files_never_meet(now: datetime) -> None:
    first, second = keep(bottle("A")), keep(bottle("B"))
    run(second, now)
    assert (is_kept(first), is_kept(second), is_kept(uuid4())) == (True, False, False)
    assert Product.objects.get().sku == "B"
