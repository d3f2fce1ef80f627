"""Columns of our own: sealed text, and JSON that is kept as it came."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import JSONField, TextField
from django.db.models.lookups import Exact

from apps.core.sealing import seal, unseal

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper


class SealedField(TextField):  # type: ignore[type-arg]
    """Text that is sealed at rest. It cannot be searched: the same text has a new token each time.

    Only whether there is any can be asked.
    """

    def from_db_value(
        self, value: str | None, expression: object, connection: BaseDatabaseWrapper
    ) -> str | None:
        return None if value is None else unseal(value)

    def get_prep_value(self, value: Any) -> Any:
        text = super().get_prep_value(value)
        return seal(text) if isinstance(text, str) else text

    def get_lookup(self, lookup_name: str) -> Any:
        return OnlyEmpty if lookup_name == "exact" else None


class OnlyEmpty(Exact):
    """Whether a sealed column is empty."""

    def get_prep_lookup(self) -> Any:
        if self.rhs != "":
            raise TypeError("A sealed field cannot be searched; look for its index.")
        return self.rhs


class WholeJSONField(JSONField):
    """JSON that is written and read whole, as the text it came as: `json` on PostgreSQL.

    That costs a quarter of `jsonb`, which takes a document apart and puts it together again. It
    cannot be compared, only looked into by key.
    """

    def db_type(self, connection: BaseDatabaseWrapper) -> str | None:
        return "json" if connection.vendor == "postgresql" else super().db_type(connection)

    def from_db_value(self, value: Any, expression: Any, connection: BaseDatabaseWrapper) -> Any:
        """The driver reads `json` by itself, and leaves the text of SQLite to Django."""
        if not isinstance(value, str):
            return value
        return super().from_db_value(value, expression, connection)
