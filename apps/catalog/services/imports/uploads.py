"""Files on their way in: kept between the preview and the confirmation."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from apps.catalog.services.imports.running import ImportFile, import_products

if TYPE_CHECKING:
    from datetime import datetime

    from apps.catalog.services.imports.running import ImportReport
    from apps.core.types import Actor


def keep_upload(content: bytes) -> UUID:
    """Store a file; the token by which it is found again."""
    token = uuid4()
    default_storage.save(place_of(token), ContentFile(content))
    return token


def is_kept(token: UUID) -> bool:
    """Whether the file is still there."""
    return default_storage.exists(place_of(token))


def run_upload(
    *, actor: Actor, token: UUID, named: tuple[str, str], now: datetime, dry_run: bool
) -> ImportReport:
    """Try a kept file out, or take it in; `named` is its name and the book for its prices.

    A file that was taken in is not kept any longer.

    Raises:
        ImportRefused: as `import_products`.
    """
    name, book = named
    with default_storage.open(place_of(token), "rb") as binary:
        lines = io.TextIOWrapper(binary, encoding="utf-8-sig", newline="")
        file = ImportFile(name, lines, book)
        report = import_products(actor=actor, file=file, now=now, dry_run=dry_run)
    if report.is_applied:
        default_storage.delete(place_of(token))
    return report


def place_of(token: UUID) -> str:
    """Where a kept file lies in the storage."""
    return f"imports/{token}.csv"
