"""The repository as it lies on the disk, and the code of its apps as it is loaded."""

from __future__ import annotations

import importlib
import pkgutil
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import apps
from apps.core.events import Event

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"


@cache
def load_apps() -> None:
    """Import every module of every app, so that each class that there is has been made."""
    for module in pkgutil.walk_packages(apps.__path__, "apps."):
        if ".migrations" not in module.name:
            importlib.import_module(module.name)


def kinds_of[T](base: type[T]) -> set[type[T]]:
    """Every class of the apps below `base`; those of the tests are not theirs."""
    load_apps()
    return {each for each in _below(base) if each.__module__.startswith("apps.")}


def kinds_of_events() -> set[type[Event]]:
    """Every event of the apps; a base that has no type of its own is none."""
    return {each for each in kinds_of(Event) if "type" in vars(each)}


def pages() -> list[Path]:
    """Everything written for people."""
    return [*ROOT.glob("*.md"), *DOCS.rglob("*.md")]


def sources(*folders: str) -> list[Path]:
    """Every Python file in these folders."""
    return [path for folder in folders for path in (ROOT / folder).rglob("*.py")]


def sections(page: Path, level: int) -> dict[str, str]:
    """The text below each heading of one level, by heading."""
    parts = re.split(rf"^{'#' * level} (.+)$", page.read_text(), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def _below[T](base: type[T]) -> Iterator[type[T]]:
    for each in base.__subclasses__():
        yield each
        yield from _below(each)
