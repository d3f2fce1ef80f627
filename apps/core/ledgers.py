"""Books that check themselves: every ledger is recomputed and each difference is a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping


def ledger_checks() -> Mapping[str, Callable[[], Iterable[str]]]:
    """The checks that `config/checks.py` names: what is checked, and what yields its faults."""
    checks: Mapping[str, Callable[[], Iterable[str]]] = import_string(settings.LEDGER_CHECKS)
    return checks


def find_faults() -> Iterator[tuple[str, str]]:
    """Every fault of every ledger, with the name of its check. Nothing is repaired."""
    for name, check in ledger_checks().items():
        for fault in check():
            yield name, fault
