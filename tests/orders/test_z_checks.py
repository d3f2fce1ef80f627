"""The books of shifts check themselves: what was changed, lost or misplaced is found and named."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from apps.orders.models import DayClose, Order, ZAmendment, ZReport
from apps.orders.z_checks import find_faulty_shifts
from apps.payments.models import Shift
from tests.conftest import NOON
from tests.goods import basket
from tests.payments.drawers import closed, make_shift, opened

from .rows import DAY
from .sales import send, sold

if TYPE_CHECKING:
    from apps.catalog.models import Product
    from apps.stores.models import Store
    from apps.stores.types import Till

LATER = NOON + timedelta(hours=1)


@pytest.fixture
def z(till: Till, chips: Product) -> ZReport:
    """The second Z of a till, with one late sale; all is well with it."""
    opened(till, now=NOON - timedelta(hours=1))
    closed(till, now=NOON)
    opened(till)
    sold(till, chips)
    closed(till, now=LATER)
    send(till, basket(chips, taken_at=NOON.isoformat()), now=LATER)
    assert list(find_faulty_shifts()) == []
    return ZReport.objects.get(number=2)


def found() -> str:
    (fault,) = find_faulty_shifts()
    return fault


def change(z: ZReport, **fields: object) -> None:
    ZReport.objects.filter(pk=z.pk).update(**fields)


def test_a_figure_that_was_changed_is_found(z: ZReport) -> None:
    change(z, counted_cents=z.counted_cents + 1, variance_cents=z.variance_cents + 1)
    assert found() == f"Z 2 of till {z.terminal_id}: its figures are not those of its snapshot"


def test_a_print_that_was_changed_is_found(z: ZReport) -> None:
    change(z, text=z.text.replace("VARIANCE", "VARIETY"))
    assert found().endswith("its print is not that of its snapshot")


def test_a_print_of_an_amendment_that_was_changed_is_found(z: ZReport) -> None:
    amendment = ZAmendment.objects.get()
    ZAmendment.objects.all()._raw_delete("default")
    amendment.text += "."
    ZAmendment.objects.bulk_create([amendment])
    assert found().endswith("the print of amendment 1 is not that of its snapshot")


def test_an_amendment_that_vanished_is_found(z: ZReport) -> None:
    ZAmendment.objects.all()._raw_delete("default")
    assert {fault.rpartition("its ")[2].split()[0] for fault in find_faulty_shifts()} == {
        "sales",
        "net_cents",
    }


def test_a_sale_that_was_slipped_into_a_closed_shift_is_found(
    till: Till, chips: Product, z: ZReport
) -> None:
    opened(till, now=LATER)
    order = sold(till, chips, now=LATER)
    Order.objects.filter(pk=order["id"]).update(shift=z.shift_id)
    assert any("its sales with amendments" in fault for fault in find_faulty_shifts())


def test_a_z_that_vanished_is_found_by_its_shift_and_its_number(z: ZReport) -> None:
    first = ZReport.objects.get(number=1)
    ZReport.objects.filter(pk=first.pk).delete()
    assert list(find_faulty_shifts()) == [
        f"Shift {first.shift_id} is closed and has no Z.",
        f"till {z.terminal_id}: Z reports are not numbered from 1 to 1",
    ]


def test_a_sale_in_the_shift_of_another_till_is_found(
    till: Till, second_till: Till, chips: Product
) -> None:
    opened(till)
    order = sold(second_till, chips)
    Order.objects.filter(pk=order["id"]).update(shift=Shift.objects.get())
    assert found() == f"order {order['number']} stands in the shift of another till"


def test_a_gap_in_the_closed_days_is_found(store: Store) -> None:
    day = {"store": store, "business_date": DAY, "snapshot": {}, "closed_at": NOON}
    DayClose.objects.create(number=2, **day)
    assert found() == f"store {store.pk}: day closes are not numbered from 1 to 1"


def test_an_open_shift_is_no_fault(store: Store) -> None:
    make_shift(store)
    assert list(find_faulty_shifts()) == []
