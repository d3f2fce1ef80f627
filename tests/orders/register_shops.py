"""Shops for random days."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from apps.stores.types import Role
from tests.factories import open_till
from tests.goods import make_product, make_snack

from .register_days import Desk, Register

if TYPE_CHECKING:
    from datetime import datetime

    from apps.stores.models import Store


def make_register(store: Store, seed: str, *, since: datetime) -> Register:
    """A shop with three tills that begins its days at an instant; the same seed, the same days."""
    codes = ("ana", "ben", "eva")
    tills = [
        open_till(store, Role.SHIFT_LEAD, code=code, number=number, now=since)[0]
        for number, code in enumerate(codes, start=1)
    ]
    products = [make_product("BRB-1"), make_snack("CHP-1"), make_product("GIN-1", price_cents=1333)]
    dice = random.Random(seed)  # noqa: S311 - dice, not secrets
    desks = [Desk(till) for till in tills]
    return Register(desks, products, since, dice, has_no_pennies=store.rounds_cash)
