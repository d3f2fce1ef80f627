"""Sealing rows anew under the first field key, a few at a time, while the shop sells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import TextField
from django.db.models.functions import Cast
from django_subatomic.db import transaction

from apps.core.errors import FieldKeyMissing
from apps.core.fields import SealedField
from apps.core.sealing import is_current

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.db.models import Model

ROWS_AT_ONCE = 200


@dataclass(slots=True)
class Resealed:
    """How far the rows of one table have come."""

    table: str  # in words: "customers"
    total: int
    done: int = 0
    resealed: int = 0
    unreadable: int = 0


def list_sealed_models() -> list[type[Model]]:
    """Every model with a sealed field, by name."""
    sealed = [model for model in apps.get_models() if sealed_fields(model)]
    return sorted(sealed, key=lambda model: model._meta.label)  # noqa: SLF001 - Django's documented way to a model's names


def sealed_fields(model: type[Model]) -> tuple[str, ...]:
    """The names of its sealed fields."""
    fields = model._meta.concrete_fields  # noqa: SLF001 - as above
    return tuple(field.name for field in fields if isinstance(field, SealedField))


def reseal(
    model: type[Model], *, also: tuple[str, ...] = (), refresh: Callable[[Any], None] | None = None
) -> Iterator[Resealed]:
    """Seal every row of a model under the first key; yields how far it is after each step.

    `refresh` brings the columns of `also` up to date, such as an index of what is sealed. A row
    that no key opens is counted and left as it is. Breaking off does no harm: what is done is done,
    and the rest opens with the older keys still.
    """
    rows = model._default_manager  # noqa: SLF001 - as above
    name = str(model._meta.verbose_name_plural)  # noqa: SLF001 - as above
    so_far, last = Resealed(name, total=rows.count()), None
    while keys := _next_keys(model, last):
        last = keys[-1]
        with transaction():
            for key in keys:
                _reseal_row(model, key, so_far, (also, refresh))
        yield so_far


def _next_keys(model: type[Model], last: Any) -> list[Any]:
    keys = model._default_manager.order_by("pk").values_list("pk", flat=True)  # noqa: SLF001 - as above
    return list((keys if last is None else keys.filter(pk__gt=last))[:ROWS_AT_ONCE])


def _reseal_row(model: type[Model], key: Any, so_far: Resealed, more: tuple[Any, Any]) -> None:
    names, (also, refresh) = sealed_fields(model), more
    so_far.done += 1
    rows = model._default_manager.filter(pk=key)  # noqa: SLF001 - as above
    tokens = {f"{name}_token": Cast(name, TextField()) for name in names}
    stored = rows.annotate(**tokens).values(*tokens).first()
    if stored is None or all(is_current(token) for token in stored.values()):
        return
    try:
        row = rows.select_for_update().get()
    except FieldKeyMissing:
        so_far.unreadable += 1
        return
    if refresh:
        refresh(row)
    row.save(update_fields=[*names, *also])
    so_far.resealed += 1
