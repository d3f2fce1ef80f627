"""A group of modifiers is saved whole: what is not named any more is retired, never lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django_subatomic.db import transaction

from apps.catalog.models import Modifier, ModifierGroup
from apps.catalog.services.modifiers import save_modifier_group
from tests.conftest import NOON
from tests.goods import make_product

if TYPE_CHECKING:
    from datetime import datetime

    from .conftest import Asker

pytestmark = pytest.mark.django_db


def save(choices: dict[str, int], minimum: int = 0, maximum: int = 1) -> ModifierGroup:
    with transaction():
        return save_modifier_group(
            name="Milk", minimum=minimum, maximum=maximum, choices=choices, now=NOON
        )


def test_a_group_is_made_with_its_choices() -> None:
    group = save({"Oat": 75, "Whole": 0}, minimum=1, maximum=2)
    assert (group.minimum, group.maximum) == (1, 2)
    assert dict(group.modifiers.values_list("name", "price_cents")) == {"Oat": 75, "Whole": 0}


def test_a_choice_that_is_not_named_any_more_is_retired_and_can_come_back() -> None:
    save({"Oat": 75, "Soy": 50})
    oat = Modifier.objects.get(name="Oat")
    save({"Soy": 60})
    oat.refresh_from_db()
    assert not oat.is_active
    save({"Oat": 80})
    oat.refresh_from_db()
    assert (oat.is_active, oat.price_cents) == (True, 80)
    assert ModifierGroup.objects.count() == 1


def test_a_saved_group_is_seen_at_the_till_at_once(till: Asker, now: datetime) -> None:
    product = make_product()
    product.modifier_groups.add(save({"Oat": 75}))
    seen = []
    for choices in ({"Oat": 75}, {"Soy": 50}):
        save(choices)
        item = till.item(product.pk, now)
        assert item is not None
        seen += [choice.name for choice in item.modifier_groups[0].choices]
    assert seen == ["Oat", "Soy"]
