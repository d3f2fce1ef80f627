"""SIGKILL in mid-batch: whatever the moment, the next run ends where no crash would have ended.

The sender is a process of its own, forked from the test, which dies at numbered steps: each
statement, each COMMIT, before the request and after it. The back office is a real HTTP server.
"""

from __future__ import annotations

import importlib
import os
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import requests
from django.db import connection, connections

from apps.sync.models import Batch
from apps.sync.types import BatchState, UndeliveredState
from tests.faults.site import COMMIT, COMMITTED
from tests.sync.listening import Listener, Peer
from tests.sync.office import (
    Sender,
    destination,
    everything_is_there,
    make_destination,
    tell,
    undelivered,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]
REQUEST, ANSWERED = "the request", "its answer"
FEW = 3  # facts of a batch
LEASE_OVER = timedelta(minutes=3)
MOST_STEPS = 200  # of one run, some times over


@pytest.fixture
def office() -> Iterator[Listener]:
    importlib.import_module("config.wsgi")  # once, and not in every child
    with Listener() as listener:
        make_destination(listener.url)
        yield listener


def light_fuse(step: int | str, folder: Path, *, counts_statements: bool) -> None:
    """Let this process die at a step of what it does from now on."""
    os.environ["TILLHOUSE_VAR"] = str(folder)
    from tests.faults import crashing_site  # noqa: PLC0415 - it lays its seams when imported

    fuse = crashing_site._fuse = crashing_site.Fuse(str(step))
    if counts_statements:
        connection.execute_wrappers.append(crashing_site._execute)
    send = requests.Session.send

    def send_and_die(*given: Any, **named: Any) -> Any:
        fuse.step(REQUEST)
        answer = send(*given, **named)
        fuse.step(ANSWERED)
        return answer

    requests.Session.send = send_and_die  # type: ignore[method-assign]


def survives(
    sender: Sender, step: int | str, folder: Path, *, counts_statements: bool = True
) -> bool:
    """Whether a sender that is to die at this step has nothing left to do before it."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            light_fuse(step, folder, counts_statements=counts_statements)
            sender.run()
            os._exit(0)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return not os.WIFSIGNALED(status)


def die_at_every_step(sender: Sender, peer: Peer, folder: Path) -> list[str]:
    """Tell some facts and die at step 1 of sending them, then others and step 2; the steps.

    What is sent next is made ready beside a request, so a number may be passed by; those of the
    request are named as well.
    """
    steps: list[str] = []
    named = [REQUEST, ANSWERED]
    while len(steps) < MOST_STEPS:
        tell(FEW)
        if survives(sender, named.pop() if named else len(steps) - 1, folder):
            return steps
        steps.append((folder / "burnt").read_text())
        sender.now += LEASE_OVER
        sender.run()
        assert everything_is_there(peer), steps[-1]
        assert destination().state == "ACTIVE", steps[-1]
        assert not Batch.objects.filter(state=BatchState.OPEN).exists(), steps[-1]
    raise AssertionError("A run of three facts has no end of steps.")


def test_a_sender_killed_at_any_step_has_lost_and_doubled_nothing(
    office: Listener, tmp_path: Path
) -> None:
    steps = die_at_every_step(Sender(), office.peer, tmp_path)
    for each in (REQUEST, ANSWERED, COMMIT, COMMITTED):
        assert each in steps
    for table in ("sync_destination", "sync_batch", "sync_attempt"):
        assert any(table in step for step in steps)
    assert office.peer.order == sorted(office.peer.order)
    assert_what_was_sent_again_was_the_same(office.peer)


def assert_what_was_sent_again_was_the_same(peer: Peer) -> None:
    """Whichever fact came again came in the batch in which it came before, byte for byte."""
    sent: dict[int, set[tuple[str, bytes]]] = {}
    for request in peer.heard:
        for number in request.numbers:
            sent.setdefault(number, set()).add((request.headers["webhook-id"], request.body))
    assert sum(len(request.numbers) for request in peer.heard) > len(sent)
    assert all(len(each) == 1 for each in sent.values())


def test_a_sender_killed_over_a_poisonous_fact_buries_it_and_no_other(
    office: Listener, tmp_path: Path
) -> None:
    sender, peer = Sender(), office.peer
    is_over, step = False, 0
    while not is_over:
        step += 1
        assert step < MOST_STEPS
        tell(2)
        peer.poison.add(2 * step - 1)
        is_over = survives(sender, step, tmp_path, counts_statements=False)
        sender.now += LEASE_OVER
        sender.run()
        assert undelivered() == dict.fromkeys(sorted(peer.poison), UndeliveredState.DEAD)
        assert set(peer.facts) == set(range(1, 2 * step + 1)) - peer.poison
