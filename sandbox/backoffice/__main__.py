"""The back office as a process of its own: `python -m sandbox.backoffice --port 12112`."""

from __future__ import annotations

import argparse
import signal
import sys
import threading

from sandbox.backoffice.receiving import TOKEN, Keys, Office
from sandbox.backoffice.server import BackOffice
from sandbox.backoffice.signatures import SECRET

DEFAULT_PORT = 12112


def main(arguments: list[str] | None = None) -> int:
    options = read_options(arguments)
    keys = Keys(token=options.token, secrets=tuple(options.secret or [SECRET]))
    server = BackOffice(Office(options.database, keys=keys), port=options.port)
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    with server:
        sys.stdout.write(f"The back office listens on {server.base_url}\n")
        sys.stdout.flush()
        stopping.wait()
    return 0


def read_options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="sandbox.backoffice", description=__doc__)
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="0 picks a free one")
    parser.add_argument("--database", help="a SQLite file that keeps everything; else in memory")
    parser.add_argument("--token", default=TOKEN, help="what who sends logs in with")
    parser.add_argument(
        "--secret",
        action="append",
        metavar="whsec_...",
        help=f"what who sends signs with; more than once while it changes. Default: {SECRET}",
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
