"""Panels: what several apps know of one thing, side by side on its page.

An app cannot ask the apps above it. So `config/wiring.py` names, for a page, the functions that
know something of it, and the page puts their columns next to each other. What needs a look comes
to the home page in the same way.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from django.contrib.auth.models import AbstractBaseUser, AnonymousUser


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in one cell; `tone` is good, warn or bad, or nothing."""

    text: str
    url: str = ""
    tone: str = ""
    note: str = ""


NOTHING = Cell("\N{EN DASH}")


@dataclass(frozen=True, slots=True)
class Columns:
    """Some columns of a panel: their headers, and their cells by the id of the row."""

    headers: tuple[str, ...]
    cells: Mapping[int, tuple[Cell, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Panel:
    """A table with a row per store."""

    headers: list[str]
    rows: list[tuple[str, list[Cell]]]


def product_panel(*, stores: Mapping[int, str], product_id: int, now: datetime) -> Panel:
    """All that the wired apps know of a product, by store."""
    sources: tuple[Callable[..., Columns], ...] = import_string(settings.PRODUCT_COLUMNS)
    parts = [source(product_id=product_id, now=now) for source in sources]
    empty = {part.headers: tuple(NOTHING for _ in part.headers) for part in parts}
    return Panel(
        headers=[header for part in parts for header in part.headers],
        rows=[
            (name, [c for part in parts for c in part.cells.get(store, empty[part.headers])])
            for store, name in stores.items()
        ],
    )


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that somebody has to look at: a count or none, words, and where to look."""

    text: str
    url: str
    count: str = ""
    tone: str = "warn"


def home_notices(*, user: AbstractBaseUser | AnonymousUser, now: datetime) -> list[Notice]:
    """What the wired apps want somebody to look at, as far as this person may see it."""
    sources: tuple[Callable[..., list[Notice]], ...] = import_string(settings.HOME_NOTICES)
    return [notice for source in sources for notice in source(user=user, now=now)]


def other_stores_panel(*, user: AbstractBaseUser | AnonymousUser, now: datetime) -> Panel | None:
    """How today goes in stores that other installations tell of, where there are any."""
    source: Callable[..., Panel | None] = import_string(settings.OTHER_STORES)
    return source(user=user, now=now)
