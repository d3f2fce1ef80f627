"""Strict serializer fields: JSON has types, and a typo or a string of digits is not a number."""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING, Any

from rest_framework import serializers

from apps.core.validation import UNKNOWN_FIELD

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

MAX_INTEGER = 2**63 - 1  # what a column holds
MAX_CENTS = 100_000_000  # a million dollars: more is a slip of the finger
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class StrictSerializer(serializers.Serializer[Any]):
    """A plain serializer that refuses fields it does not know."""

    default_error_messages = {
        "invalid": "Expected an object.",
        "unknown": "This field is not known here.",
    }

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict) and (unknown := data.keys() - self.fields.keys()):
            message = self.error_messages["unknown"]
            raise serializers.ValidationError(
                {name: [message] for name in sorted(unknown)}, code=UNKNOWN_FIELD
            )
        return super().to_internal_value(data)


class PageQuery(StrictSerializer):
    """Which page of a list is asked for."""

    limit = serializers.CharField(required=False)
    cursor = serializers.CharField(required=False)


def list_of(
    serializer: type[serializers.Serializer[Any]],
    *,
    most: int,
    allow_empty: bool = True,
    required: bool = True,
) -> serializers.BaseSerializer[Any]:
    """A list of at most `most` of these objects."""
    return serializer(  # type: ignore[call-arg]  # many=True makes it a ListSerializer
        many=True, max_length=most, allow_empty=allow_empty, required=required
    )


class WholeNumberField(serializers.IntegerField):
    """An integer that was an integer in the JSON: no float, no string, no boolean."""

    default_error_messages = {"invalid": "Expected a whole number of at most 63 bits."}

    def to_internal_value(self, data: Any) -> int:
        if type(data) is not int or not -MAX_INTEGER <= data <= MAX_INTEGER:
            self.fail("invalid")
        number: int = data
        return number


class CentsField(WholeNumberField):
    """An amount of money in whole cents, from nothing to a million dollars."""

    def __init__(self, *, min_value: int = 0, **options: Any) -> None:
        super().__init__(min_value=min_value, max_value=MAX_CENTS, **options)


class TextField(serializers.CharField):
    """Text that was text in the JSON."""

    default_error_messages = {"invalid": "Expected text."}

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class OneOfField(serializers.ChoiceField):
    """One of a few words. A refusal names them, and never tells back what was sent instead."""

    def __init__(self, choices: Sequence[str], **options: Any) -> None:
        known = f"Expected one of: {', '.join(choices)}."
        super().__init__(choices, error_messages={"invalid_choice": known}, **options)


class InstantField(serializers.DateTimeField):
    """A date and time with its offset, as RFC 3339 has it; no other form of ISO 8601."""

    default_error_messages = {"invalid": "Expected an instant such as 2026-11-22T16:59:00Z."}

    def to_internal_value(self, value: Any) -> datetime:
        if not isinstance(value, str) or not _INSTANT.fullmatch(value):
            self.fail("invalid")
        return super().to_internal_value(value)


class YesOrNoField(serializers.BooleanField):
    """A boolean that was one in the JSON."""

    default_error_messages = {"invalid": "Expected true or false."}

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid")
        return data


class IdField(serializers.UUIDField):
    """A UUID in its usual form with hyphens."""

    default_error_messages = {"invalid": "Expected a UUID."}

    def to_internal_value(self, data: Any) -> uuid.UUID:
        if not isinstance(data, str) or not _UUID.fullmatch(data):
            self.fail("invalid", value=data)
        return uuid.UUID(data)
