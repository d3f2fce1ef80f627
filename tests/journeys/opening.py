"""Open a shop in an empty database: `python -m tests.journeys.opening` prints what its till needs.

The goods have no stock yet: it comes by deliveries, which are facts as everything else.
"""

from __future__ import annotations

import io
import json

import django
from django.core.management import call_command


def main() -> None:
    """Bring the database that the environment names up to date, with a shift lead at a till."""
    django.setup()
    from apps.stores.types import Role  # noqa: PLC0415 - need Django set up
    from tests.factories import make_store, open_till  # noqa: PLC0415
    from tests.goods import make_product, make_snack  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    call_command("load_florida", stdout=io.StringIO())
    store = make_store(all_day=True)
    _till, token = open_till(store, Role.MANAGER)
    bourbon = make_product("BRB-1", barcodes=[("012345678905", 1)])
    chips = make_snack("CHP-1")
    shop = {"token": token, "product_id": bourbon.pk, "chips_id": chips.pk, "store": store.code}
    print(json.dumps(shop))  # noqa: T201 - for the parent


if __name__ == "__main__":
    main()
