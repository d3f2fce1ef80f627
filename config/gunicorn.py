"""How gunicorn serves Tillhouse: `gunicorn -c python:config.gunicorn config.wsgi`.

What is said on the command line or in GUNICORN_CMD_ARGS goes before what stands here.
"""

from __future__ import annotations

import gc
from pathlib import Path

from apps.payments.gateway.calling import load_sdk

threads = 4
control_socket_disable = True  # nobody steers it by a socket in the home folder
keepalive = 30  # seconds: a till keeps its connection between two scans
_memory = Path("/dev/shm")  # noqa: S108 - gunicorn makes a nameless file in it
worker_tmp_dir = str(_memory) if _memory.is_dir() else None  # the heartbeat touches no disk


def post_worker_init(_worker: object) -> None:
    """Load what the first card would wait for; spare the collector what stays for ever.

    A request makes some thousand short-lived objects and hardly a cycle; by Python's own thresholds
    the collector would run several times for each.
    """
    load_sdk()
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
