"""Refusals.

A refusal is a fact the caller must know, not a fault of the program. It carries a stable `code` for
machines, a constant `title`, a `kind`, a sentence for people and free facts; it knows no HTTP.

    DomainError
    |-- JSONInvalid, BodyTooLarge, UnknownField, ValidationFailed, SignatureInvalid
    |-- IdempotencyKeyRequired, ...Reused, ...InUse, ...Unknown
    |-- DatabaseUnavailable, FieldKeyMissing
    `-- every app's own, in its errors module
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apps.core.types import JSON


class Kind(StrEnum):
    """What a caller should make of a refusal. Edges translate it: HTTP status, exit code, retry."""

    MALFORMED = "MALFORMED"  # cannot be read: mend the program that sent it
    TOO_LARGE = "TOO_LARGE"  # not read at all
    INVALID = "INVALID"  # read, and refused by a rule
    UNAUTHENTICATED = "UNAUTHENTICATED"  # we do not know who asks
    FORBIDDEN = "FORBIDDEN"  # we know, and they may not
    NOT_FOUND = "NOT_FOUND"
    NOT_ACCEPTABLE = "NOT_ACCEPTABLE"  # there, but not in the form asked for
    CONFLICT = "CONFLICT"  # the state of things has moved on
    LIMITED = "LIMITED"  # too often: wait `retry_after` seconds
    BUSY = "BUSY"  # not now: try the same again after `retry_after` seconds


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field, found by its JSON pointer (RFC 6901)."""

    pointer: str
    code: str
    detail: str


class DomainError(Exception):
    """Base of all refusals. `detail` is a sentence that says what to do, where something can be."""

    code: ClassVar[str]
    title: ClassVar[str]
    kind: ClassVar[Kind] = Kind.INVALID

    def __init__(
        self,
        detail: str,
        *,
        retry_after: int | None = None,
        errors: Sequence[FieldError] = (),
        **facts: JSON,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.retry_after = retry_after
        self.errors = tuple(errors)
        self.facts = facts


class JSONInvalid(DomainError):
    code = "json-invalid"
    title = "The body is not valid JSON"
    kind = Kind.MALFORMED


class BodyTooLarge(DomainError):
    code = "body-too-large"
    title = "The body is too large"
    kind = Kind.TOO_LARGE


class ValidationFailed(DomainError):
    code = "validation-failed"
    title = "A field is missing or has the wrong form"
    kind = Kind.MALFORMED


class UnknownField(DomainError):
    code = "unknown-field"
    title = "The body has a field that this call does not know"
    kind = Kind.MALFORMED


class SignatureInvalid(DomainError):
    code = "signature-invalid"
    title = "Nobody whom we know has signed this body just now"
    kind = Kind.FORBIDDEN


class IdempotencyKeyRequired(DomainError):
    code = "idempotency-key-required"
    title = "This call needs an Idempotency-Key header"
    kind = Kind.MALFORMED


class IdempotencyKeyReused(DomainError):
    code = "idempotency-key-reused"
    title = "The idempotency key was used for another request"


class IdempotencyKeyInUse(DomainError):
    code = "idempotency-key-in-use"
    title = "A request with this idempotency key is being worked on"
    kind = Kind.CONFLICT


class IdempotencyKeyUnknown(DomainError):
    code = "idempotency-key-unknown"
    title = "No request with this idempotency key has succeeded"
    kind = Kind.NOT_FOUND


class StateChanged(DomainError):
    code = "state-changed"
    title = "Something this request relies on has changed meanwhile"
    kind = Kind.CONFLICT


class DatabaseUnavailable(DomainError):
    code = "database-unavailable"
    title = "The database does not answer"
    kind = Kind.BUSY


class FieldKeyMissing(DomainError):
    code = "field-key-missing"
    title = "A sealed field cannot be read with the keys at hand"
    kind = Kind.BUSY
