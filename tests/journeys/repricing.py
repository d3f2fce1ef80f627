"""What a buyer at the head office does: `python -m tests.journeys.repricing CHP-1 249`."""

from __future__ import annotations

import sys

import django


def main() -> None:
    """Give a product another price in the standard book."""
    django.setup()
    from django.utils import timezone  # noqa: PLC0415 - need Django set up
    from django_subatomic.db import transaction  # noqa: PLC0415

    from apps.catalog.models import PriceBook, Product  # noqa: PLC0415
    from apps.catalog.services.pricing import schedule_price  # noqa: PLC0415
    from apps.catalog.types import PricePoint  # noqa: PLC0415
    from apps.core.types import system_actor  # noqa: PLC0415

    sku, cents = sys.argv[1:]
    now = timezone.now()
    with transaction():
        schedule_price(
            actor=system_actor("buyer"),
            book_id=PriceBook.objects.get(code="STANDARD").pk,
            product_id=Product.objects.get(sku=sku).pk,
            point=PricePoint(starts_at=now, price_cents=int(cents)),
            now=now,
        )


if __name__ == "__main__":
    main()
