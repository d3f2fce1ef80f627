"""Columns that the pages of sync share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.html import format_html
from unfold.decorators import display

from apps.sync.wording import clock_time

if TYPE_CHECKING:
    from collections.abc import Callable


def moment(field: str, title: str) -> Callable[[Any], str]:
    """A column that shows when something was, to the second."""

    def column(row: Any) -> str:
        return clock_time(getattr(row, field))

    column.short_description = title  # type: ignore[attr-defined]
    column.admin_order_field = field  # type: ignore[attr-defined]
    return column


def plain(field: str, title: str) -> Callable[[Any], Any]:
    """A column that shows a field under a heading of its own."""

    def column(row: Any) -> Any:
        value = getattr(row, field)
        return f"{value:,}" if isinstance(value, int) else value

    column.short_description = title  # type: ignore[attr-defined]
    column.admin_order_field = field  # type: ignore[attr-defined]
    return column


def link(page: str, key: Any, text: Any) -> str:
    """A link to a page of the admin."""
    address = reverse(f"admin:{page}", args=[key])
    return format_html('<a class="tillhouse-link" href="{}">{}</a>', address, text)


@display(description="From")
def its_source(row: Any) -> str:
    """Which installation a row came from; the peer should have been selected with it."""
    return str(row.peer.name or row.peer.source)


@display(description="Destination")
def its_destination(row: Any) -> str:
    """Where a row was to go; the destination should have been selected with it."""
    return link("sync_destination_change", row.destination_id, row.destination.name)


def short(key: object) -> str:
    """The beginning of an id, enough to tell it from its neighbours."""
    return str(key)[:8]
