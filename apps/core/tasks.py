"""Celery shells of the core: load the clock, call one function."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from celery import current_app, shared_task
from django.utils import timezone

from apps.core import answers, ledgers, numbering, outbox

if TYPE_CHECKING:
    from uuid import UUID

log = structlog.get_logger()


@shared_task(name="core.relay_outbox", ignore_result=True)
def relay_outbox() -> int:
    """Hand waiting facts to their subscribers, and number those that other systems are told."""
    relayed = outbox.relay(now=timezone.now(), send=_send)
    numbering.number_facts()
    return relayed


@shared_task(name="core.forget_old_answers", ignore_result=True)
def forget_old_answers() -> int:
    """Delete idempotency answers that are past their 90 days."""
    return answers.forget_old_answers(now=timezone.now())


@shared_task(name="core.verify_ledgers", ignore_result=True)
def verify_ledgers() -> int:
    """Recompute every ledger; each difference is logged as an error."""
    faults = list(ledgers.find_faults())
    for name, fault in faults:
        log.error("ledger_fault", ledger=name, fault=fault)
    return len(faults)


def _send(task: str, event_id: UUID) -> None:
    current_app.send_task(task, args=[str(event_id)], retry=False, ignore_result=True)
