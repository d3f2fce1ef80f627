"""What Florida lets a shop sell, as far as the product itself decides it."""

from __future__ import annotations

from decimal import Decimal

from apps.stores.types import BeverageType

ALCOHOL_AGE = 21  # s. 562.11(1)(a), F.S.
MAX_SPIRITS_ML = 1750  # s. 565.10, F.S.: 1.75 litres
MAX_SPIRITS_ABV = Decimal("76.5")  # s. 565.07, F.S.: 153 proof
MAX_WINE_ML = 3785  # s. 564.05, F.S.: one gallon, or glass of these sizes, or a 5.16 gal keg
LARGE_WINE_ML = frozenset({4500, 6000, 9000, 12000, 15000, 19500, 19533})
MAX_BEER_ML = 946  # s. 563.06, F.S.: 32 ounces, or a gallon and more, or a 64 oz growler
GALLON_ML = 3785
GROWLERS_ML = frozenset({1892, 1893})
PROOF_PER_ABV = 2


def legal_obstacle(
    beverage: BeverageType, volume_ml: int | None, abv_percent: Decimal | None
) -> str | None:
    """Why this drink may not be sold in Florida at all, as a sentence, or None."""
    volume = volume_ml or 0
    if beverage is BeverageType.SPIRITS:
        if volume > MAX_SPIRITS_ML:
            return f"Spirits over 1.75 L may not be sold (s. 565.10, F.S.); this holds {volume} ml."
        if abv_percent is not None and abv_percent > MAX_SPIRITS_ABV:
            proof = abv_percent * PROOF_PER_ABV
            return f"Spirits over 153 proof may not be sold (s. 565.07, F.S.); this is {proof:f}."
    if beverage is BeverageType.WINE and volume > MAX_WINE_ML and volume not in LARGE_WINE_ML:
        return f"Wine is sold by the gallon at most (s. 564.05, F.S.); this holds {volume} ml."
    if beverage is BeverageType.BEER and not _is_beer_size(volume):
        return f"Beer is sold in up to 32 oz, or by the gallon (s. 563.06, F.S.); not {volume} ml."
    return None


def _is_beer_size(volume_ml: int) -> bool:
    return volume_ml <= MAX_BEER_ML or volume_ml in GROWLERS_ML or volume_ml >= GALLON_ML


def least_age(beverage: BeverageType, minimum_age: int) -> int:
    """The age a buyer must have: what the product asks, and 21 for any alcohol."""
    return max(minimum_age, 0 if beverage is BeverageType.NONE else ALCOHOL_AGE)
