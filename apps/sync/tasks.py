"""Celery shells of sync. They only ring: a task that is lost, late or doubled changes nothing."""

from __future__ import annotations

import time
from datetime import timedelta

import structlog
from celery import current_app, shared_task
from django.utils import timezone

from apps.core import numbering
from apps.sync import errors, standing
from apps.sync.services import pulling
from apps.sync.services.beginning import ensure_head_office
from apps.sync.services.dispatching import End, Office, send_waiting
from apps.sync.services.pruning import prune
from apps.sync.services.receiving.forgetting import forget_received
from apps.sync.services.reconciling.running import reconcile_lately

RUN = timedelta(minutes=4)  # after which a worker may do other things first
SEND_TASK = "sync.send"

log = structlog.get_logger()


@shared_task(name="sync.dispatch", ignore_result=True)
def dispatch() -> int:
    """Ask for a run to each destination that is sent to; how many they are."""
    numbering.number_facts()
    ensure_head_office(now=timezone.now())
    codes = standing.list_codes()
    for code in codes:
        _ask_for(code)
    return len(codes)


@shared_task(name=SEND_TASK, ignore_result=True)
def send(code: str) -> str:
    """Send a destination what waits for it; somebody else may do so at this moment."""
    office = Office(clock=timezone.now, pause=time.sleep)
    end = send_waiting(code, office, until=timezone.now() + RUN)
    if end is End.CUT:
        _ask_for(code)
    return end


@shared_task(name="sync.prune", ignore_result=True)
def prune_told() -> int:
    """Forget what was told more than 90 days ago; how many facts."""
    return prune(now=timezone.now())


@shared_task(name="sync.reconcile", ignore_result=True)
def reconcile() -> int:
    """Compare the last days with every destination; how many differences there are."""
    return sum(row.difference_count for row in reconcile_lately(now=timezone.now()))


@shared_task(name="sync.forget_old", ignore_result=True)
def forget_old() -> int:
    """Let go of what was received 400 days ago and is no book; how many rows are gone."""
    return forget_received(now=timezone.now())


@shared_task(name="sync.pull_catalog", ignore_result=True)
def pull_catalog(*, wants_whole: bool = False) -> int:
    """Read what changed in the head office's catalog; how many products were looked at."""
    try:
        return pulling.pull_catalog(clock=timezone.now, wants_whole=wants_whole).products
    except (errors.HeadOfficeUnknown, errors.CatalogBeingRead):
        return 0
    except (errors.HeadOfficeSilent, errors.HeadOfficeRefuses) as refusal:
        log.warning("catalog_not_read", reason=refusal.detail)
        return 0


def _ask_for(code: str) -> None:
    current_app.send_task(SEND_TASK, args=[code], retry=False, ignore_result=True)
