"""Whether the prices of a file reach any till."""

from __future__ import annotations

from apps.catalog.models import StorePriceBook
from apps.stores.selectors import list_store_names


def find_books_instead(*, code: str) -> tuple[str, ...] | None:
    """The codes of the books that active stores do sell by, where none sells by this one.

    None where a store sells by it, and where there is no store yet.
    """
    links = StorePriceBook.objects.filter(store__is_active=True).order_by("book__code")
    used = tuple(dict.fromkeys(links.values_list("book__code", flat=True)))
    return None if code in used or not list_store_names() else used
