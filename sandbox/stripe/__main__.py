"""The simulator as a process of its own: `python -m sandbox.stripe --port 12111`."""

from __future__ import annotations

import argparse
import signal
import sys
import threading

from sandbox.stripe.payouts import begin_daily_payouts
from sandbox.stripe.server import Simulator
from sandbox.stripe.world import World

DEFAULT_PORT = 12111


def main(arguments: list[str] | None = None) -> int:
    options = read_options(arguments)
    world = World(seed=options.seed, database=options.database, is_ticking=True)
    world.settings.latency_ms = options.latency
    begin_daily_payouts(world)
    simulator = Simulator(world, port=options.port)
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    with simulator:
        sys.stdout.write(f"Stripe's simulator listens on {simulator.base_url}\n")
        sys.stdout.flush()
        stopping.wait()
    return 0


def read_options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="sandbox.stripe", description=__doc__)
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="0 picks a free one")
    parser.add_argument("--database", help="a SQLite file that keeps everything; else in memory")
    parser.add_argument(
        "--latency",
        type=read_range,
        default=(0, 0),
        metavar="LOW-HIGH",
        help="how long an answer takes on its way, in milliseconds, such as 150-600",
    )
    parser.add_argument("--seed", type=int, default=0, help="for ids, latency and random faults")
    return parser.parse_args(arguments)


def read_range(text: str) -> tuple[int, int]:
    """Raises: argparse.ArgumentTypeError: if it is not two numbers in order."""
    low, _, high = text.partition("-")
    if not (low.isdigit() and high.isdigit() and int(low) <= int(high)):
        raise argparse.ArgumentTypeError(f"{text!r} is not a range such as 150-600.")
    return int(low), int(high)


if __name__ == "__main__":
    sys.exit(main())
