"""The doorbell: wakes the outbox relay soon after a commit, and never keeps a sale waiting.

The request thread only sets a flag. A daemon thread of this process sends one Celery message for
all the rings of a moment, so a broker that is slow or gone costs a committed sale nothing, and a
lost ring costs only time: the relay also runs on a schedule.
"""

from __future__ import annotations

import threading
import time

import structlog
from celery import current_app
from django.conf import settings

RELAY_TASK = "core.relay_outbox"
PAUSE_SECONDS = 0.25

log = structlog.get_logger()
_rung = threading.Event()
_started = threading.Lock()
_ringer: threading.Thread | None = None


def ring() -> None:
    """Ask for a relay run, soon."""
    if not settings.OUTBOX_DOORBELL:
        return
    _rung.set()
    _ensure_ringer()


def _ensure_ringer() -> None:
    """Start the thread on the first ring, so in the process that needs it, after any fork."""
    global _ringer  # noqa: PLW0603 - one thread per process is the point
    if _ringer is not None and _ringer.is_alive():
        return
    with _started:
        if _ringer is None or not _ringer.is_alive():
            _ringer = threading.Thread(target=_answer_rings, name="outbox-doorbell", daemon=True)
            _ringer.start()


def _answer_rings() -> None:
    while True:
        _rung.wait()
        _rung.clear()
        try:
            current_app.send_task(RELAY_TASK, retry=False, ignore_result=True)
        except Exception as error:  # noqa: BLE001 - a broker may raise anything; the schedule catches up
            log.warning("outbox_doorbell_unanswered", reason=repr(error))
        time.sleep(PAUSE_SECONDS)
