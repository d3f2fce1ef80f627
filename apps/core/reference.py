"""Reference data: what changes seldom and is read all the time, cached per process, never stale.

All reference data shares one revision. A service that changes any of it bumps the revision in its
own transaction; a reader learns the current revision with something it has to read anyway and hands
it to the cache, which forgets everything older.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F
from django_subatomic.db import transaction_required

from apps.core.models import Revision

if TYPE_CHECKING:
    from collections.abc import Mapping

_ONLY_ROW = 1
MAX_ENTRIES = 50_000


@transaction_required
def bump_revision() -> None:
    """Make every cache of reference data stale, once the caller's transaction has committed.

    Call it before any row is written: it puts all who change reference data in one queue, so that
    an import and a person at the back office never wait for each other in a circle.
    """
    Revision.objects.get_or_create(pk=_ONLY_ROW)
    Revision.objects.filter(pk=_ONLY_ROW).update(value=F("value") + 1)


def read_revision() -> int:
    """The current revision; 0 where nothing was ever changed."""
    return Revision.objects.values_list("value", flat=True).first() or 0


class ReferenceCache[K, V]:
    """Entries of one revision. An older reader may use them; only the current one may add.

    An entry is added only under the revision that was read before the entry was loaded. So an
    entry is never older than its revision, however threads and commits interleave.
    """

    def __init__(self) -> None:
        self._state: tuple[int, dict[K, V]] = (
            -1,
            {},
        )  # one object, so that threads see both or none

    def entries(self, revision: int) -> Mapping[K, V]:
        """What is known; empty when `revision` is news."""
        known, entries = self._state
        if revision > known:
            entries = {}
            self._state = (revision, entries)
        return entries

    def add(self, revision: int, loaded: Mapping[K, V]) -> None:
        """Remember what was loaded after `revision` was read."""
        known, entries = self._state
        if revision != known:
            return
        if len(entries) + len(loaded) > MAX_ENTRIES:
            entries.clear()
        entries.update(loaded)

    def clear(self) -> None:
        """Forget everything, as a fresh process would."""
        self._state = (-1, {})
