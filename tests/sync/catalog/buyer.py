"""A buyer who changes the catalog of a head office at random."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone
from django_subatomic.db import transaction

from apps.catalog.models import Barcode, PriceBook, Product
from apps.catalog.services.pricing import schedule_price
from apps.catalog.services.products import tell_product
from apps.catalog.types import PricePoint
from apps.core.numbering import number_facts
from apps.core.reference import bump_revision
from tests.factories import MANAGER
from tests.goods import make_snack

if TYPE_CHECKING:
    import time_machine

SKUS = ("A", "B", "C", "D")
CODE = "00036000291452"


@dataclass
class Buyer:
    """Each deed does nothing where it cannot be done; `DEEDS` names them, and reading a page.

    A product has its `vendor` for life, by which it is known again whatever it is called.
    """

    clock: time_machine.Traveller
    made: int = 0

    def make(self, which: int, _: int) -> None:
        if not Product.objects.filter(sku=SKUS[which]).exists():
            self.made += 1
            self._tell(make_snack(SKUS[which], vendor=f"lot {self.made}"))

    def rename(self, which: int, other: int) -> None:
        product = self._find(which)
        if product and not Product.objects.filter(sku=SKUS[other]).exists():
            before, product.sku = product.sku, SKUS[other]
            product.save()
            self._tell(product, previous_sku=before)

    def edit(self, which: int, other: int) -> None:
        if product := self._find(which):
            product.name = f"Name {other} of {product.vendor}"
            product.save()
            self._tell(product)

    def retire(self, which: int, _: int) -> None:
        if product := self._find(which):
            product.is_active = not product.is_active
            product.save()
            self._tell(product)

    def price(self, which: int, other: int) -> None:
        """A price that begins at once, or on one of the next days."""
        if product := self._find(which):
            self.clock.shift(timedelta(seconds=1))
            now, book = timezone.now(), PriceBook.objects.get(code="STANDARD").pk
            point = PricePoint(now + timedelta(days=other), 100 + now.second)
            with transaction():
                schedule_price(
                    actor=MANAGER, book_id=book, product_id=product.pk, point=point, now=now
                )

    def code(self, which: int, _: int) -> None:
        """Give the one code there is to this product."""
        if product := self._find(which):
            robbed = list(Product.objects.filter(barcodes__gtin=CODE).exclude(pk=product.pk))
            Barcode.objects.all().delete()
            Barcode.objects.create(product=product, gtin=CODE)
            for each in (*robbed, product):
                self._tell(each)

    def number(self, _: int, __: int) -> None:
        """The relay is by: what was told before it can be read."""
        number_facts()

    def _find(self, which: int) -> Product | None:
        return Product.objects.filter(sku=SKUS[which]).first()

    def _tell(self, product: Product, previous_sku: str | None = None) -> None:
        with transaction():
            bump_revision()
            tell_product(product_id=product.pk, previous_sku=previous_sku, now=timezone.now())


DEEDS = (
    *("rename", "rename", "rename", "edit", "edit"),
    *("make", "retire", "price", "code", "number", "read"),
)
