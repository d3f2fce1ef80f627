"""Tries at the same instant: five wrong PINs are five, and a code pairs one terminal program."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django_subatomic.db import transaction

from apps.core.errors import DomainError
from apps.stores.models import PinAttempt, Terminal, TillSession
from apps.stores.selectors import find_paired_terminal
from apps.stores.services.sessions import open_session
from apps.stores.services.terminals import issue_pairing_code, pair_terminal
from tests.factories import MANAGER, make_checkout

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from apps.stores.types import PairedTerminal

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

DEADLINE = 30  # seconds after which a test gives up; nothing is timed


def side_by_side(threads: int, action: Callable[[], object]) -> Counter[str]:
    """Run an action in so many threads that start together; what came of it, by refusal code."""
    start = threading.Barrier(threads, timeout=DEADLINE)

    def run() -> str:
        connection.ensure_connection()
        start.wait()
        try:
            action()
        except DomainError as refusal:
            return refusal.code
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(threads) as pool:
        futures = [pool.submit(run) for _ in range(threads)]
        return Counter(future.result(DEADLINE) for future in futures)


@pytest.fixture
def terminal() -> PairedTerminal:
    """A paired till where ana may log in."""
    return make_checkout().paired


def test_twenty_wrong_pins_at_once_are_five_tries_and_fifteen_refusals(
    terminal: PairedTerminal, now: datetime
) -> None:
    outcomes = side_by_side(
        20, lambda: open_session(terminal=terminal, staff_code="ana", pin="9302", now=now)
    )
    assert outcomes == {"pin-wrong": 5, "pin-locked": 15}
    assert PinAttempt.objects.count() == 5


def test_the_right_pin_typed_at_two_tills_at_once_opens_both(
    terminal: PairedTerminal, now: datetime
) -> None:
    outcomes = side_by_side(
        2, lambda: open_session(terminal=terminal, staff_code="ana", pin="4071", now=now)
    )
    assert outcomes == {"done": 2}
    assert TillSession.objects.filter(ended_at__isnull=True).count() == 2


def test_one_code_typed_twice_at_once_pairs_once(terminal: PairedTerminal, now: datetime) -> None:
    with transaction():
        code = issue_pairing_code(actor=MANAGER, terminal_id=terminal.register.id, now=now)
    tokens: list[str] = []

    def pair_with_code() -> None:
        with transaction():
            tokens.append(pair_terminal(code=code, now=now).token)

    assert side_by_side(8, pair_with_code) == {"done": 1, "pairing-code-invalid": 7}
    assert find_paired_terminal(token=tokens[0])
    assert Terminal.objects.get().pairing_code_hash is None
