"""Open a shop in an empty database: `python -m tests.faults.opening` prints what its till needs."""

from __future__ import annotations

import io
import json

import django
from django.core.management import call_command

ON_HAND = 1000


def main() -> None:
    """Bring the database that the environment names up to date, with a till that may sell now."""
    django.setup()
    from tests.factories import make_store, open_till  # noqa: PLC0415 - need Django set up
    from tests.goods import make_product  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    call_command("load_florida", stdout=io.StringIO())
    store = make_store(all_day=True)
    _till, token = open_till(store)
    product = make_product(on_hand=ON_HAND, store=store)
    print(json.dumps({"token": token, "product_id": product.pk}))  # noqa: T201 - for the parent


if __name__ == "__main__":
    main()
