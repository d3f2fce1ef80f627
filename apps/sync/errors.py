"""Refusals of sync."""

from __future__ import annotations

from apps.core.errors import DomainError, Kind

# --- A batch that is sent to us -------------------------------------------------------------------


class EncodingInvalid(DomainError):
    code = "encoding-invalid"
    title = "The body is not packed as its header says"
    kind = Kind.MALFORMED


class BatchTooLarge(DomainError):
    code = "batch-too-large"
    title = "The batch is too large"
    kind = Kind.TOO_LARGE


class NoEventsReadable(DomainError):
    code = "no-events-readable"
    title = "The batch has no event that could be answered"


class BatchReused(DomainError):
    code = "batch-reused"
    title = "The id of the batch was used for another one"
    kind = Kind.CONFLICT


class BatchUnstorable(DomainError):
    code = "batch-unstorable"
    title = "An event of the batch cannot be stored"


# --- Who sends to us ------------------------------------------------------------------------------


class PeerUnknown(DomainError):
    code = "source-unknown"
    title = "No installation of that name sends to this one"
    kind = Kind.NOT_FOUND


class PeerExists(DomainError):
    code = "source-exists"
    title = "An installation of that name sends to this one already"
    kind = Kind.CONFLICT


class PeerIncomplete(DomainError):
    code = "source-incomplete"
    title = "Something is missing to let an installation send"


class PeerSecretMissing(DomainError):
    code = "source-secret-missing"
    title = "The installation has no second secret that could take the place of the first"
    kind = Kind.CONFLICT


# --- The head office whose catalog we read --------------------------------------------------------


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


# --- What a person decides ------------------------------------------------------------------------


class SyncStateConflict(DomainError):
    code = "sync-state-conflict"
    title = "What is sent or was sent is not in a state for this"
    kind = Kind.CONFLICT
