"""Text on paper: 42 columns, as most receipt printers have, unless a store's have more."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from datetime import datetime

COLUMNS = 42
RULE = "-" * COLUMNS


def spread(left: str, right: str, columns: int = COLUMNS) -> str:
    """Left and right text at the two edges; a left text that is too long gives way."""
    room = columns - len(right) - 1
    return f"{left[:room].ljust(room)} {right}".rstrip()


def wrap(text: str, width: int = COLUMNS) -> list[str]:
    """The text in lines of at most `width`, broken at spaces where there are any."""
    return textwrap.wrap(text, width) or [""]


def centred(text: str, columns: int = COLUMNS) -> list[str]:
    """The text in the middle, on as many lines as it needs."""
    return [part.center(columns).rstrip() for part in wrap(text, columns)]


def local_time(at: datetime, timezone: str) -> str:
    """An instant as the store's clock shows it."""
    return f"{at.astimezone(ZoneInfo(timezone)):%m/%d/%Y %I:%M %p}"
