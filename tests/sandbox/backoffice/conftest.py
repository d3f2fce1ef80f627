"""A back office for each test, and somebody who sends to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sandbox.backoffice.server import BackOffice
from tests.sandbox.backoffice.sending import Sender

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def sender() -> Iterator[Sender]:
    """The back office behind it has broken nowhere when the test is over."""
    with BackOffice() as office:
        yield Sender(office.base_url)
    assert office.crimes == []
