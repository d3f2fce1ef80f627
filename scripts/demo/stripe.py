"""Stripe in the demo: its simulator as a process, which tells the site what happens by webhook."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import socket
import sys
import urllib.parse
import urllib.request
from typing import TYPE_CHECKING, Any

from django.conf import settings

from scripts.demo.serving import keep_running, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rich.console import Console

KEY = "sk_test_demo"
USUAL_PORT = 12111
LATENCY = "150-600"  # milliseconds, as from a shop in Florida
_ENDPOINTS = "/v1/webhook_endpoints"


def configure() -> str:
    """Point this process and its children at the simulator, before settings are read; its address.

    Whatever key the machine has is left alone: the demo never talks to Stripe itself.
    """
    address = f"http://127.0.0.1:{_free_port()}"
    os.environ |= {
        "STRIPE_SECRET_KEY": KEY,
        "STRIPE_API_BASE": address,
        "NO_PROXY": "127.0.0.1,localhost",
    }
    os.environ.pop("STRIPE_WEBHOOK_SECRETS", None)
    return address


@contextlib.contextmanager
def simulator(address: str, console: Console) -> Iterator[None]:
    """The simulator; what it holds is kept with the demo's data, also where it is started again."""
    port = urllib.parse.urlsplit(address).port
    file = settings.VAR_DIR / "demo" / "stripe.sqlite3"
    command: list[str | Path] = [sys.executable, "-m", "sandbox.stripe", "--port", str(port)]
    command += ["--database", str(file), "--latency", LATENCY]
    with keep_running("simulator", command, console.print):
        wait_for(f"{address}/", None, "simulator.log")
        yield


def tell(address: str, site_url: str) -> None:
    """Have events sent to the site, signed with a secret that its processes are started with."""
    for old in _ask(address, "GET", _ENDPOINTS)["data"]:
        _ask(address, "DELETE", f"{_ENDPOINTS}/{old['id']}")
    wanted = {"url": f"{site_url}/webhooks/stripe", "enabled_events[]": "*"}
    os.environ["STRIPE_WEBHOOK_SECRETS"] = _ask(address, "POST", _ENDPOINTS, wanted)["secret"]


def write_environment() -> Path:
    """What a shell needs so that `manage.py` speaks to the demo's data and its simulator; where."""
    file: Path = settings.VAR_DIR / "demo" / "environment.sh"
    file.touch(mode=0o600)
    held = {"TILLHOUSE_VAR": str(settings.VAR_DIR.resolve())}
    held |= {name: value for name, value in os.environ.items() if name.startswith("STRIPE_")}
    lines = [f"export {name}={shlex.quote(value)}\n" for name, value in held.items()]
    file.write_text("".join(lines))
    return file


def hold_card(address: str, reader_id: str) -> None:
    """A customer holds a card to a reader."""
    _ask(address, "POST", f"/_sandbox/readers/{reader_id}/present")


def lose_next_answer(address: str) -> None:
    """The next authorisation takes effect, and its answer is lost on the way."""
    fault = {"path": "/v1/payment_intents", "kind": "drop", "when": "after"}
    _ask(address, "POST", "/_sandbox/faults", fault)


def _ask(address: str, method: str, path: str, form: dict[str, str] | None = None) -> Any:
    request = urllib.request.Request(  # noqa: S310 - the simulator's own address
        f"{address}{path}",
        data=urllib.parse.urlencode(form or {}).encode() if method == "POST" else None,
        headers={"Authorization": f"Bearer {KEY}", "Accept": "application/json"},
        method=method,
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        return json.loads(answer.read())


def _free_port() -> int:
    """The simulator's usual port, or another one where that is taken."""
    for port in (USUAL_PORT, 0):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            chosen: int = probe.getsockname()[1]
            return chosen
    raise SystemExit("No port is free on this machine.")
