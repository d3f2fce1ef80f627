"""Modifier groups: sizes, milks, syrups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django_subatomic.db import transaction_required

from apps.catalog.models import Modifier, ModifierGroup
from apps.catalog.services.products import list_products_with, tell_modifier_group
from apps.core.reference import bump_revision

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


@transaction_required
def save_modifier_group(
    *, name: str, minimum: int, maximum: int, choices: Mapping[str, int], now: datetime
) -> ModifierGroup:
    """A group with these choices and their surcharges in cents; choices not named are retired."""
    bump_revision()
    group, _ = ModifierGroup.objects.update_or_create(
        name=name, defaults={"minimum": minimum, "maximum": maximum}
    )
    for choice, price_cents in choices.items():
        Modifier.objects.update_or_create(
            group=group, name=choice, defaults={"price_cents": price_cents, "is_active": True}
        )
    group.modifiers.exclude(name__in=choices).update(is_active=False)
    told = list_products_with(group_id=group.pk)
    tell_modifier_group(name=group.name, product_ids=told, now=now)
    return group
