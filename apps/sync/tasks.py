"""Celery shells of sync: look at the clock, call one service."""

from __future__ import annotations

import structlog
from celery import shared_task
from django.utils import timezone

from apps.sync import errors
from apps.sync.services import pulling

log = structlog.get_logger()


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
