"""Filters beside the lists of the back office."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin

if TYPE_CHECKING:
    from django.http import HttpRequest

LATELY = 1_000  # rows


class LatelyFilter(admin.AllValuesFieldListFilter):
    """The values that stood in the newest rows of a book; Django itself would read all of it."""

    def __init__(self, field: Any, request: HttpRequest, *given: Any, **named: Any) -> None:
        super().__init__(field, request, *given, **named)
        _params, _model, page = given
        newest = page.get_queryset(request).order_by(*(f"-{name}" for name in page.keyset))
        self.lookup_choices: Any = sorted(set(newest.values_list(field.name, flat=True)[:LATELY]))
