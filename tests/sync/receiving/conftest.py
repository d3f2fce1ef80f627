"""An installation that sends to this one, while the clock stands still at noon."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .sender import Sender, make_sender

if TYPE_CHECKING:
    import time_machine


@pytest.fixture
def sender(db: None, clock: time_machine.Traveller) -> Sender:
    """Miami, which may send."""
    return make_sender()
