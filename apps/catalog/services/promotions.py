"""Promotions: written, changed, published, withdrawn. What was charged stays as it was charged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F, Q
from django_subatomic.db import transaction_required

from apps.catalog.errors import (
    PromotionCodeTaken,
    PromotionContradictory,
    PromotionsOverlap,
    PromotionStateConflict,
    PromotionUnknown,
)
from apps.catalog.models import Product, Promotion
from apps.catalog.offers import PARTS, to_draft
from apps.catalog.promotions.contradictions import find_faults, times_overlap
from apps.catalog.promotions.types import PromotionKind, PromotionState
from apps.core import audit
from apps.core.errors import FieldError
from apps.core.reference import bump_revision

if TYPE_CHECKING:
    from datetime import datetime

    from apps.catalog.promotions.types import Draft, Selection
    from apps.core.types import JSON, Actor

PLAIN = (
    "code", "name", "percent", "amount_cents", "units", "get_units", "limit", "from_cents",
    "coupon", "for_employees", "is_exclusive",
)  # fmt: skip


@transaction_required
def create_promotion(*, actor: Actor, draft: Draft, now: datetime) -> Promotion:
    """Write a promotion down. Nothing applies it before it is published.

    Raises:
        PromotionContradictory: it makes no sense as it stands.
        PromotionCodeTaken: another one has its code.
    """
    bump_revision()
    _refuse_nonsense(draft, pk=None)
    row = Promotion.objects.create(created_at=now, created_by=actor.name, **_columns(draft))
    _link(row, draft)
    _note(actor, "created", row, now)
    return row


@transaction_required
def change_promotion(*, actor: Actor, promotion_id: int, draft: Draft, now: datetime) -> Promotion:
    """Make a promotion say something else from now on: its next version.

    Raises:
        PromotionUnknown, PromotionStateConflict: there is none, or it was withdrawn.
        PromotionContradictory, PromotionCodeTaken: as when it is created.
        PromotionsOverlap: it is live, and would apply together with another exclusive one.
    """
    bump_revision()
    row = _get(promotion_id)
    if row.state == PromotionState.WITHDRAWN.value:
        raise PromotionStateConflict("It was withdrawn. Write a new promotion instead.")
    _refuse_nonsense(draft, pk=promotion_id)
    if row.state == PromotionState.LIVE.value:
        _refuse_overlap(draft, pk=promotion_id)
    Promotion.objects.filter(pk=promotion_id).update(version=F("version") + 1, **_columns(draft))
    _link(row, draft)
    row.refresh_from_db()
    _note(actor, "changed", row, now)
    return row


@transaction_required
def publish_promotion(*, actor: Actor, promotion_id: int, now: datetime) -> None:
    """Let the tills apply a promotion while it runs.

    Raises:
        PromotionUnknown, PromotionStateConflict: there is none, or it is no draft any more.
        PromotionsOverlap: another exclusive one would apply to the same product at the same time.
    """
    bump_revision()
    row = _get(promotion_id)
    if row.ends_at is not None and row.ends_at <= now:
        raise PromotionStateConflict("Its period is over. Give it a later end first.")
    _refuse_overlap(to_draft(row), pk=promotion_id)
    _move(row, PromotionState.DRAFT, PromotionState.LIVE, published_at=now)
    _note(actor, "published", row, now)


@transaction_required
def withdraw_promotion(*, actor: Actor, promotion_id: int, now: datetime) -> None:
    """Stop applying a promotion at once and for good; what was sold keeps its discounts.

    Raises:
        PromotionUnknown, PromotionStateConflict: there is none, or it is not live.
    """
    bump_revision()
    row = _get(promotion_id)
    _move(row, PromotionState.LIVE, PromotionState.WITHDRAWN, withdrawn_at=now)
    _note(actor, "withdrawn", row, now)


def check_draft(draft: Draft, *, row: Promotion) -> None:
    """Refuse what saving the draft as this row, which may be a new one, would refuse.

    Raises:
        PromotionContradictory, PromotionCodeTaken, PromotionsOverlap: as when it is saved.
    """
    _refuse_nonsense(draft, pk=row.pk)
    if row.state == PromotionState.LIVE.value:
        _refuse_overlap(draft, pk=row.pk)


def _get(promotion_id: int) -> Promotion:
    row = Promotion.objects.prefetch_related(*PARTS).filter(pk=promotion_id).first()
    if row is None:
        raise PromotionUnknown(f"There is no promotion {promotion_id}.")
    return row


def _move(row: Promotion, before: PromotionState, after: PromotionState, **at: datetime) -> None:
    moved = Promotion.objects.filter(pk=row.pk, state=before.value).update(state=after.value, **at)
    if not moved:
        raise PromotionStateConflict(
            f"It is {row.get_state_display().lower()}; only a {before.value.lower()} one can be"
            f" made {after.value.lower()}."
        )


def _refuse_nonsense(draft: Draft, *, pk: int | None) -> None:
    if faults := find_faults(draft):
        raise PromotionContradictory(
            " ".join(fault.detail for fault in faults),
            errors=[
                FieldError(f"/{fault.field}", "promotion-contradictory", fault.detail)
                for fault in faults
            ],
        )
    if Promotion.objects.filter(~Q(pk=pk), code=draft.code).exists():
        raise PromotionCodeTaken(f"Choose another code than {draft.code}.", promotion=draft.code)


def _refuse_overlap(draft: Draft, *, pk: int) -> None:
    """Two exclusive promotions that are asked for in the same way must not meet."""
    if not draft.is_exclusive:
        return
    others = Promotion.objects.prefetch_related(*PARTS).filter(
        state=PromotionState.LIVE.value,
        is_exclusive=True,
        coupon=draft.coupon,
        for_employees=draft.for_employees,
    )
    for other in others.exclude(pk=pk).order_by("pk"):
        if _meet(draft, to_draft(other)):
            raise PromotionsOverlap(
                f"{other.name} ({other.code}) is exclusive too, and runs at the same time for some"
                " of the same products. Change hours, stores or products of one of the two.",
                promotion=other.code,
            )


def _meet(one: Draft, other: Draft) -> bool:
    share_a_store = not (one.store_ids and other.store_ids) or one.store_ids & other.store_ids
    if not share_a_store or not times_overlap(one.schedule, other.schedule):
        return False
    sales = [each.kind is PromotionKind.SALE_AMOUNT_OFF for each in (one, other)]
    if any(sales):
        return all(sales)
    products = Product.objects.filter(_taken_by(one.selection)).filter(_taken_by(other.selection))
    return products.exists()


def _taken_by(selection: Selection) -> Q:
    """What `Selection.takes` says, for the database."""
    chosen = Q()
    if selection.products or selection.categories or selection.beverages:
        chosen = (
            Q(pk__in=selection.products)
            | Q(category__in=selection.categories)
            | Q(beverage_type__in=[kind.value for kind in selection.beverages])
        )
    return chosen & ~Q(pk__in=selection.excluded)


def _columns(draft: Draft) -> dict[str, object]:
    schedule = draft.schedule
    return {
        **{name: getattr(draft, name) for name in PLAIN},
        "kind": draft.kind.value,
        "beverages": sorted(kind.value for kind in draft.selection.beverages),
        "starts_at": schedule.starts_at,
        "ends_at": schedule.ends_at,
        "weekdays": sorted(schedule.weekdays),
        "from_minute": schedule.from_minute,
        "until_minute": schedule.until_minute,
    }


def _link(row: Promotion, draft: Draft) -> None:
    row.stores.set(draft.store_ids)
    row.products.set(draft.selection.products)
    row.categories.set(draft.selection.categories)
    row.excluded.set(draft.selection.excluded)


def _note(actor: Actor, what: str, row: Promotion, now: datetime) -> None:
    facts: dict[str, JSON] = {
        "code": row.code,
        "version": row.version,
        "kind": row.kind,
        "percent": None if row.percent is None else f"{row.percent:f}",
        "amount_cents": row.amount_cents,
        "units": row.units,
    }
    audit.record(audit.AuditFact(now, actor, f"promotion.{what}", f"promotion:{row.pk}", facts))
