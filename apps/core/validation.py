"""What a serializer did not take, as a refusal that points at each field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apps.core.errors import DomainError, FieldError, UnknownField, ValidationFailed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rest_framework.exceptions import ValidationError

UNKNOWN_FIELD = "unknown-field"
WHOLE_BODY = "$"  # DRF's name for faults of no field: one that no field can have


def from_validation(error: ValidationError) -> DomainError:
    """A refusal that points at each field a serializer did not take."""
    errors = tuple(_flatten(error.get_full_details(), ""))
    if any(e.code == UNKNOWN_FIELD for e in errors):
        return UnknownField("This call does not know one of the fields sent.", errors=errors)
    return ValidationFailed("Mend the fields named in `errors` and send again.", errors=errors)


def _flatten(details: Any, pointer: str) -> Iterator[FieldError]:
    if _is_leaf(details):
        yield FieldError(pointer, details["code"], str(details["message"]))
    elif isinstance(details, dict):
        for name, below in details.items():
            here = pointer if name == WHOLE_BODY else f"{pointer}/{_escaped(name)}"
            yield from _flatten(below, here)
    else:
        for position, below in enumerate(details):
            here = pointer if _is_leaf(below) else f"{pointer}/{position}"
            yield from _flatten(below, here)


def _is_leaf(details: Any) -> bool:
    """Whether this is one fault, as DRF describes it, and not a field called "message"."""
    return isinstance(details, dict) and isinstance(details.get("message"), str)


def _escaped(name: object) -> str:
    """A reference token of a JSON pointer."""
    return str(name).replace("~", "~0").replace("/", "~1")
