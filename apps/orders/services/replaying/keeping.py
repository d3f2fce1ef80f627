"""Replays that are kept: asked for, worked on with visible progress, shown with their draft."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import structlog
from django.db.models import F
from django.db.models.functions import Least
from django_subatomic.db import durable, transaction, transaction_required

from apps.catalog.editions import get_edition
from apps.core.outbox import publish
from apps.orders.events import ReplayAsked
from apps.orders.models import BasketReplay
from apps.orders.services.replaying.past import Span, count_baskets
from apps.orders.services.replaying.running import replay
from apps.orders.types import ReplayState

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from apps.core.types import Actor

MOST_PRODUCTS = 50  # kept of each ranking

log = structlog.get_logger()


@transaction_required
def ask_for_replay(
    *, actor: Actor, edition_id: int, days: int, store_id: int | None, now: datetime
) -> BasketReplay:
    """Have the baskets of the last days priced again under an edition, as soon as a worker can.

    Raises:
        EditionUnknown: there is none.
    """
    edition = get_edition(edition_id=edition_id)
    span = Span(now - timedelta(days=days), now, store_id)
    asked = BasketReplay.objects.create(
        edition=edition,
        edition_version=edition.version,
        store_id=store_id,
        since=span.since,
        until=span.until,
        baskets_total=count_baskets(span),
        asked_at=now,
        asked_by=actor.name,
    )
    publish(
        ReplayAsked(
            aggregate=f"basket-replay:{asked.pk}", occurred_at=now, edition_code=edition.code
        )
    )
    return asked


@durable
def work_on_replay(*, replay_id: UUID, clock: Callable[[], datetime]) -> bool:
    """Do a replay that waits; each batch of baskets shows at once. Whether there was one to do.

    One that is being worked on, or done, is left alone, so it is done once however often a worker
    hears of it. What fails is marked so, and can be asked for again.
    """
    waiting = BasketReplay.objects.filter(pk=replay_id, state=ReplayState.WAITING.value)
    with transaction():
        if not waiting.update(state=ReplayState.RUNNING.value):
            return False
    asked = BasketReplay.objects.select_related("edition").get(pk=replay_id)
    own = BasketReplay.objects.filter(pk=replay_id)
    state, result = ReplayState.DONE, None
    try:
        result = replay(
            edition=asked.edition,
            span=Span(asked.since, asked.until, asked.store_id),
            now=asked.asked_at,
            on_progress=lambda baskets: _tell(replay_id, baskets),
        ).as_json(products=MOST_PRODUCTS)
    except Exception:
        log.exception("replay_failed", replay=str(replay_id))
        state = ReplayState.FAILED
    with transaction():
        own.update(state=state.value, result=result, ended_at=clock())
    return True


@transaction
def _tell(replay_id: UUID, baskets: int) -> None:
    """Baskets were priced. Some more than were counted may have been sold meanwhile."""
    done = Least(F("baskets_done") + baskets, F("baskets_total"))
    BasketReplay.objects.filter(pk=replay_id).update(baskets_done=done)
