"""Refusals of sync."""

from __future__ import annotations

from apps.core.errors import DomainError, Kind


class SyncStateConflict(DomainError):
    code = "sync-state-conflict"
    title = "What is sent or was sent is not in a state for this"
    kind = Kind.CONFLICT


class HeadOfficeUnknown(DomainError):
    code = "head-office-unknown"
    title = "This installation has no head office, or does not read from it"
    kind = Kind.NOT_FOUND


class HeadOfficeSilent(DomainError):
    code = "head-office-silent"
    title = "The head office does not answer"
    kind = Kind.BUSY


class HeadOfficeRefuses(DomainError):
    code = "head-office-refuses"
    title = "The head office does not let us read its catalog"
    kind = Kind.CONFLICT


class CatalogBeingRead(DomainError):
    code = "catalog-being-read"
    title = "The catalog is being read at this moment"
    kind = Kind.CONFLICT
