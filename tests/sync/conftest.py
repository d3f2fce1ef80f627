"""What tests of sending may ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.sync.listening import Listener, Peer
from tests.sync.office import Sender, make_destination

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def listener() -> Iterator[Listener]:
    """A back office's door, which stays open while the tests come and go."""
    with Listener() as listener:
        yield listener


@pytest.fixture
def peer(listener: Listener) -> Peer:
    """A back office that holds nothing yet."""
    listener.peer = Peer()
    return listener.peer


@pytest.fixture
def sender(db: None, listener: Listener, peer: Peer) -> Sender:
    """An installation with one destination, that peer."""
    make_destination(listener.url)
    return Sender()
