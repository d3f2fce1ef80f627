"""With a file the simulator survives a restart; its clock does what falls due, in order."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from sandbox.stripe.__main__ import read_options
from sandbox.stripe.clock import Clock
from sandbox.stripe.server import Simulator
from sandbox.stripe.storage import Storage
from sandbox.stripe.world import World
from tests.sandbox.stripe.paying import Till

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

DAY = 24 * 60 * 60
START = 1_795_000_000


@pytest.fixture
def file(tmp_path: Path) -> str:
    return str(tmp_path / "stripe.sqlite3")


def remembering(file: str) -> AbstractContextManager[Simulator]:
    return Simulator(World(seed=1, database=file, start=START))


def till_of(stripe: Simulator) -> Till:
    return Till(stripe, stripe.client())


def test_a_file_remembers_objects_in_their_order(file: str) -> None:
    with remembering(file) as stripe:
        intents = [till_of(stripe).new().id for _ in range(3)]
    with remembering(file) as stripe:
        found = stripe.client().v1.payment_intents.list().data
    assert [intent.id for intent in found] == intents[::-1]


def test_a_file_remembers_what_was_changed(file: str) -> None:
    with remembering(file) as stripe:
        intent = till_of(stripe).capture(till_of(stripe).held())
    with remembering(file) as stripe:
        assert till_of(stripe).get(intent).to_dict() == intent.to_dict()


def test_a_file_remembers_keys(file: str) -> None:
    with remembering(file) as stripe:
        first = till_of(stripe).new(key="sale-1")
    with remembering(file) as stripe:
        assert till_of(stripe).new(key="sale-1").id == first.id


def test_ids_do_not_repeat_after_a_restart(file: str) -> None:
    ids = set()
    for _ in range(3):
        with remembering(file) as stripe:
            ids.add(till_of(stripe).new().id)
    assert len(ids) == 3


def test_a_hold_still_runs_out_after_a_restart(file: str) -> None:
    with remembering(file) as stripe:
        intent = till_of(stripe).held()
    with remembering(file) as stripe:
        stripe.world.clock.advance(7 * DAY)
        assert till_of(stripe).get(intent).status == "canceled"


def test_a_pending_refund_still_ends_after_a_restart(file: str) -> None:
    with remembering(file) as stripe:
        till = till_of(stripe)
        refund = till.refund(till.paid("pm_card_pendingRefund"))
    with remembering(file) as stripe:
        stripe.world.clock.advance(DAY)
        assert stripe.client().v1.refunds.retrieve(refund.id).status == "succeeded"


def test_the_clock_does_not_fall_behind_what_is_remembered(file: str) -> None:
    with remembering(file) as stripe:
        stripe.world.clock.advance(DAY)
        till_of(stripe).new()
    with remembering(file) as stripe:
        assert stripe.world.now() == START + DAY


def test_what_is_removed_is_forgotten(file: str) -> None:
    storage = Storage(file)
    storage.add({"id": "a", "object": "thing"})
    storage.flush()
    storage.remove("a")
    storage.close()
    again = Storage(file)
    assert again.find("a") is None
    again.close()


def test_timers_run_in_order_each_at_its_own_instant() -> None:
    clock, seen = Clock(START), []
    for seconds in (30, 10, 20):
        clock.call_in(seconds, lambda: seen.append(clock.now() - START))
    clock.advance(25)
    assert (seen, clock.now() - START) == ([10, 20], 25)


def test_a_timer_may_set_another_on_the_same_way() -> None:
    clock, seen = Clock(START), []
    clock.call_in(10, lambda: clock.call_in(10, lambda: seen.append(clock.now() - START)))
    clock.advance(60)
    assert seen == [20]


def test_timers_of_one_instant_keep_their_order() -> None:
    clock, seen = Clock(START), []
    for name in "abc":
        clock.call_in(5, lambda name=name: seen.append(name))  # type: ignore[misc]
    clock.advance(5)
    assert seen == ["a", "b", "c"]


def test_a_cancelled_timer_does_nothing() -> None:
    clock, seen = Clock(START), []
    clock.call_in(5, lambda: seen.append(1)).cancel()
    clock.advance(5)
    assert seen == []


def test_the_clock_never_goes_back() -> None:
    with pytest.raises(ValueError, match="forwards"):
        Clock(START).advance(-1)


def test_a_latency_is_a_range_of_milliseconds() -> None:
    assert read_options(["--latency=150-600"]).latency == (150, 600)


@pytest.mark.parametrize("latency", ["fast", "600-150", "150", "-1-5"])
def test_a_latency_that_is_no_range_is_refused(latency: str) -> None:
    with pytest.raises(SystemExit):
        read_options([f"--latency={latency}"])


@pytest.fixture
def process(file: str) -> Iterator[subprocess.Popen[str]]:
    """The simulator as the demo starts it, on a free port."""
    command = [sys.executable, "-m", "sandbox.stripe", "--port=0", f"--database={file}"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as running:  # noqa: S603
        yield running
        running.kill()


def test_the_process_serves_the_sdk_and_keeps_its_file_when_it_is_stopped(
    process: subprocess.Popen[str], file: str
) -> None:
    assert process.stdout
    stranger = Simulator(port=int(process.stdout.readline().rpartition(":")[2]))
    intent = till_of(stranger).paid()
    stranger.stop()
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0
    with Simulator(World(database=file)) as stripe:
        assert till_of(stripe).get(intent).status == "succeeded"
