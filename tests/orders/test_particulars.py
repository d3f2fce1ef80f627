"""What stands out in a shift is on its Z and on its day, and an older Z does without it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from apps.orders.models import ZReport
from apps.orders.z_checks import find_faulty_shifts
from apps.orders.z_reports import render_z
from tests.conftest import NOON
from tests.customers.certificates import claim, file_certificate
from tests.goods import line_of
from tests.payments.drawers import closed, opened

from .returns import some_of, take_back
from .sales import sold, voided

if TYPE_CHECKING:
    from apps.catalog.models import Product
    from apps.stores.types import Till

LATER = NOON + timedelta(hours=3)
PRICE = 1999


@pytest.fixture
def z(lead_till: Till, bourbon: Product) -> dict[str, Any]:
    """The Z of a shift that sold four times to a church, of which one came back, one was voided."""
    opened(lead_till)
    exempt: dict[str, Any] = {"tax_exemption": claim(file_certificate())}
    first = sold(lead_till, line_of(bourbon, 2), **exempt, tip_cents=100)
    take_back(lead_till, first, some_of(first))
    voided(lead_till, sold(lead_till, bourbon, **exempt)["id"])
    sold(lead_till, bourbon)
    return closed(lead_till, now=LATER)


def test_a_z_counts_sales_without_tax_and_what_came_back_of_them(z: dict[str, Any]) -> None:
    assert z["exempt"] == {
        "count": 2,
        "sales_cents": 3 * PRICE,
        "back_cents": 2 * PRICE,
        "net_cents": PRICE,
    }
    printed = render_z(z)
    assert "Without tax (2)" in printed
    assert "$59.97" in printed
    assert [*find_faulty_shifts()] == []


def test_a_figure_that_was_changed_later_is_found(z: dict[str, Any]) -> None:
    row = ZReport.objects.get()
    row.snapshot["exempt"]["count"] = 3
    row.text = render_z(row.snapshot)
    row.save(update_fields=["snapshot", "text"])
    assert any("exempt" in fault for fault in find_faulty_shifts())


def test_a_z_from_before_the_figure_is_none_the_worse(z: dict[str, Any]) -> None:
    row = ZReport.objects.get()
    del row.snapshot["exempt"]
    row.text = render_z(row.snapshot)
    row.save(update_fields=["snapshot", "text"])
    assert "Without tax" not in row.text
    assert [*find_faulty_shifts()] == []
