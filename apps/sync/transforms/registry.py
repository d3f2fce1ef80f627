"""Which formats there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.sync.transforms.journal import JournalLines
from apps.sync.transforms.tillhouse import TillhouseBatch
from apps.sync.types import Format

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apps.sync.transforms.seam import Transform

TRANSFORMS: Mapping[Format, Transform] = {
    Format.TILLHOUSE: TillhouseBatch(),
    Format.JOURNAL: JournalLines(),
}


def transform_of(name: str) -> Transform:
    """The form that goes by this name.

    Raises:
        KeyError: none does.
    """
    return TRANSFORMS[Format(name)]
