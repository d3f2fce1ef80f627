"""Refusals of sync."""

from __future__ import annotations

from apps.core.errors import DomainError, Kind


class SyncStateConflict(DomainError):
    code = "sync-state-conflict"
    title = "What is sent or was sent is not in a state for this"
    kind = Kind.CONFLICT
