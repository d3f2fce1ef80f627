"""Choices of a model field from a `StrEnum`, and the check constraint that holds them true."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from enum import StrEnum


def choices(values: type[StrEnum]) -> list[tuple[str, str]]:
    """(stored value, what people read) for each member: PACKAGE_STORE reads "Package store"."""
    return [(member.value, label(member)) for member in values]


def label(member: StrEnum) -> str:
    """What people read for a stored value."""
    return member.value.replace("_", " ").capitalize()


def is_one_of(field: str, values: type[StrEnum], *, name: str) -> models.CheckConstraint:
    """The database's own check that a field holds one of the values."""
    allowed = [member.value for member in values]
    return models.CheckConstraint(condition=models.Q(**{f"{field}__in": allowed}), name=name)
