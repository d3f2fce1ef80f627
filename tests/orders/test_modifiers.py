"""Modifiers fit the product, as many as each group asks for, and add to the price."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apps.catalog.models import Modifier, ModifierGroup
from apps.orders.errors import ModifierInvalid
from apps.orders.services.assembling import assemble
from apps.orders.services.promising import Promise
from tests.conftest import NOON
from tests.goods import basket, line_of, make_snack

from .sales import ask, booked, fresh, sold

if TYPE_CHECKING:
    from apps.catalog.models import Product
    from apps.orders.services.assembling import Assembled
    from apps.stores.types import Till


def add_group(
    product: Product, name: str, minimum: int, maximum: int, *choices: tuple[str, int]
) -> list[int]:
    """Give the product a group of choices with their prices; the ids of the choices."""
    group = ModifierGroup.objects.create(name=name, minimum=minimum, maximum=maximum)
    product.modifier_groups.add(group)
    return [
        Modifier.objects.create(group=group, name=choice, price_cents=cents).pk
        for choice, cents in choices
    ]


@pytest.fixture
def coffee(till: Till) -> Product:
    return make_snack("COF-1", name="Coffee", price_cents=300)


@pytest.fixture
def sizes(coffee: Product) -> list[int]:
    """One of them must be chosen."""
    return add_group(coffee, "Size", 1, 1, ("Small", 0), ("Large", 75))


@pytest.fixture
def syrups(coffee: Product, sizes: list[int]) -> list[int]:
    """Up to two of them may be chosen."""
    return add_group(coffee, "Syrup", 0, 2, ("Vanilla", 50), ("Caramel", 60), ("Mint", 70))


def assembled(
    till: Till,
    product: Product,
    modifiers: list[int],
    quantity: int = 1,
    promise: Promise = Promise(),  # noqa: B008 - it is frozen
) -> Assembled:
    body = basket(line_of(product, quantity, modifiers=modifiers))
    return assemble(till=fresh(till), request=ask(body), promise=promise, now=NOON)


@pytest.mark.parametrize(("holds", "charged"), [(True, 375), (False, 400)])
def test_a_modifier_costs_what_was_quoted_while_the_quote_holds(
    till: Till, coffee: Product, sizes: list[int], *, holds: bool, charged: int
) -> None:
    large = sizes[1]
    promise = Promise({coffee.pk: 300}, {large: 75}, holds=holds)
    Modifier.objects.filter(pk=large).update(price_cents=100)
    sale = assembled(till, coffee, [large], promise=promise)
    (line,) = sale.basket.lines
    assert (line.line.unit_price_cents, line.line.modifiers[0].price_cents + 300) == (charged,) * 2
    (warning,) = sale.changes
    assert (warning.facts["modifier_id"], warning.facts["price_cents"]) == (large, 100)


def test_modifiers_add_their_prices_to_each_unit(
    till: Till, coffee: Product, sizes: list[int], syrups: list[int]
) -> None:
    result = assembled(till, coffee, [syrups[0], sizes[1]], 2)
    line = result.basket.lines[0].line
    assert line.unit_price_cents == 300 + 75 + 50
    assert result.basket.subtotal_cents == 2 * 425
    assert result.overridden == ()


def test_modifiers_stand_in_the_order_of_the_products_groups(
    till: Till, coffee: Product, sizes: list[int], syrups: list[int]
) -> None:
    result = assembled(till, coffee, [syrups[1], syrups[0], sizes[0]])
    names = [choice.name for choice in result.basket.lines[0].line.modifiers]
    assert names == ["Small", "Vanilla", "Caramel"]


def test_an_order_keeps_its_modifiers_as_they_were(
    till: Till, coffee: Product, sizes: list[int]
) -> None:
    order = sold(till, line_of(coffee, modifiers=[sizes[1]]))
    Modifier.objects.filter(pk=sizes[1]).update(name="Huge", price_cents=999)
    expected = [{"id": sizes[1], "name": "Large", "price_cents": 75}]
    assert order["lines"][0]["modifiers"] == expected
    assert booked(till, order["id"])["lines"][0]["modifiers"] == expected


# --- Refusals -------------------------------------------------------------------------------------


def refuse(till: Till, product: Product, modifiers: list[int]) -> str:
    with pytest.raises(ModifierInvalid) as refusal:
        assembled(till, product, modifiers)
    (fault,) = refusal.value.errors
    assert (fault.pointer, fault.code) == ("/lines/0/modifiers", "modifier-invalid")
    return refusal.value.detail


def test_a_required_choice_must_be_made(till: Till, coffee: Product, sizes: list[int]) -> None:
    assert refuse(till, coffee, []) == "Coffee takes 1 of Size."


def test_a_required_choice_is_not_made_by_another_group(
    till: Till, coffee: Product, syrups: list[int]
) -> None:
    assert refuse(till, coffee, [syrups[0]]) == "Coffee takes 1 of Size."


def test_a_group_gives_no_more_than_its_maximum(
    till: Till, coffee: Product, sizes: list[int], syrups: list[int]
) -> None:
    assert refuse(till, coffee, sizes) == "Coffee takes 1 of Size."
    assert refuse(till, coffee, [sizes[0], *syrups]) == "Coffee takes 0 to 2 of Syrup."


def test_a_modifier_is_chosen_once(till: Till, coffee: Product, sizes: list[int]) -> None:
    refuse(till, coffee, [sizes[0], sizes[0]])


def test_another_products_modifier_is_refused(
    till: Till, coffee: Product, sizes: list[int]
) -> None:
    tea = make_snack("TEA-1", name="Tea")
    leaves = add_group(tea, "Leaf", 0, 1, ("Green", 0))
    refuse(till, coffee, [sizes[0], leaves[0]])


def test_a_product_without_groups_takes_no_modifier(
    till: Till, chips: Product, sizes: list[int]
) -> None:
    refuse(till, chips, [sizes[0]])


def test_a_modifier_that_was_taken_off_is_refused(
    till: Till, coffee: Product, sizes: list[int]
) -> None:
    Modifier.objects.filter(pk=sizes[1]).update(is_active=False)
    refuse(till, coffee, [sizes[1]])
