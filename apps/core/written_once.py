"""Rows of a ledger: written once, never changed, never deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    from collections.abc import Iterable


class AppendOnly[M: models.Model](models.QuerySet[M]):
    """A queryset of rows that are written once: it neither changes nor deletes them."""

    def update(self, **kwargs: object) -> int:
        raise _written_once(self.model)

    def delete(self) -> tuple[int, dict[str, int]]:
        raise _written_once(self.model)

    def bulk_create(self, objs: Iterable[M], *args: Any, **kwargs: Any) -> list[M]:
        if kwargs.get("update_conflicts"):
            raise _written_once(self.model)
        return super().bulk_create(objs, *args, **kwargs)


class WrittenOnce(models.Model):
    """A row of a ledger: written once, never changed, never deleted."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise _written_once(type(self))
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise _written_once(type(self))


def _written_once(model: type[models.Model]) -> TypeError:
    return TypeError(f"{model.__name__} rows are written once, never changed, never deleted.")
