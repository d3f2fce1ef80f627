"""Florida's limits on what may be sold hold at their exact bounds."""

from __future__ import annotations

from decimal import Decimal

import pytest

from apps.catalog.rules import least_age, legal_obstacle
from apps.stores.types import BeverageType

BEER, WINE, SPIRITS, NONE = (
    BeverageType.BEER,
    BeverageType.WINE,
    BeverageType.SPIRITS,
    BeverageType.NONE,
)
KEG_ML = 58_674  # half a barrel


@pytest.mark.parametrize("volume", [50, 750, 1749, 1750])
def test_spirits_are_sold_up_to_a_litre_and_three_quarters(volume: int) -> None:
    assert legal_obstacle(SPIRITS, volume, Decimal("40.0")) is None


@pytest.mark.parametrize("volume", [1751, 3000])
def test_spirits_in_a_larger_bottle_are_never_sold(volume: int) -> None:
    obstacle = legal_obstacle(SPIRITS, volume, Decimal("40.0"))
    assert obstacle == (
        f"Spirits over 1.75 L may not be sold (s. 565.10, F.S.); this holds {volume} ml."
    )


def test_spirits_of_exactly_153_proof_are_sold() -> None:
    assert legal_obstacle(SPIRITS, 750, Decimal("76.5")) is None


@pytest.mark.parametrize(("abv", "proof"), [("76.6", "153.2"), ("95", "190"), ("100.0", "200.0")])
def test_spirits_of_a_higher_proof_are_never_sold(abv: str, proof: str) -> None:
    obstacle = legal_obstacle(SPIRITS, 750, Decimal(abv))
    assert obstacle == (
        f"Spirits over 153 proof may not be sold (s. 565.07, F.S.); this is {proof}."
    )


@pytest.mark.parametrize("volume", [187, 750, 3785, 4500, 6000, 9000, 12000, 15000])
def test_wine_is_sold_up_to_a_gallon_and_in_the_large_glass_sizes(volume: int) -> None:
    assert legal_obstacle(WINE, volume, Decimal("13.0")) is None


@pytest.mark.parametrize("volume", [3786, 4499, 4501, 5000, 7500, 14999, 15001, 18000])
def test_wine_in_any_other_large_size_is_never_sold(volume: int) -> None:
    assert "s. 564.05" in (legal_obstacle(WINE, volume, None) or "")


@pytest.mark.parametrize("volume", [355, 473, 946, 1892, 1893, 3785, KEG_ML])
def test_beer_is_sold_up_to_32_ounces_in_growlers_and_by_the_gallon(volume: int) -> None:
    assert legal_obstacle(BEER, volume, Decimal("5.0")) is None


@pytest.mark.parametrize("volume", [947, 1000, 1891, 1894, 2000, 3784])
def test_beer_between_32_ounces_and_a_gallon_is_never_sold(volume: int) -> None:
    assert "s. 563.06" in (legal_obstacle(BEER, volume, None) or "")


@pytest.mark.parametrize("beverage", BeverageType)
def test_a_size_and_strength_that_nobody_noted_stop_nothing(beverage: BeverageType) -> None:
    assert legal_obstacle(beverage, None, None) is None


def test_what_is_no_alcohol_has_no_limit() -> None:
    assert legal_obstacle(NONE, 100_000, Decimal(100)) is None


@pytest.mark.parametrize("beverage", [BEER, WINE])
def test_the_proof_of_beer_and_wine_is_not_limited(beverage: BeverageType) -> None:
    assert legal_obstacle(beverage, 750, Decimal(80)) is None


@pytest.mark.parametrize(
    ("beverage", "asked", "least"),
    [
        (BEER, 0, 21),
        (WINE, 18, 21),
        (SPIRITS, 20, 21),
        (SPIRITS, 25, 25),
        (NONE, 0, 0),
        (NONE, 18, 18),
        (NONE, 21, 21),
    ],
)
def test_alcohol_is_21_at_least_and_other_things_what_they_ask(
    beverage: BeverageType, asked: int, least: int
) -> None:
    assert least_age(beverage, asked) == least
