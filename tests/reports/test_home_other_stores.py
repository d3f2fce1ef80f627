"""A head office's home page says how today goes in the stores that tell it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from tests.admin.office import text_of
from tests.factories import make_store
from tests.sync.office_rows import make_gap, make_peer, make_received

if TYPE_CHECKING:
    import time_machine
    from django.test import Client

pytestmark = pytest.mark.django_db
HOME = reverse("admin:index")
NIGHT = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)  # half past two in Miami
SUNDAY, MONDAY = date(2026, 11, 22), date(2026, 11, 23)


def day_of_a_store(code: str) -> None:
    """Three sales on Sunday, one of them voided, and one on Monday."""
    peer = make_peer(last_seen_at=NIGHT - timedelta(minutes=4))
    make_gap(peer)
    for day in (SUNDAY, SUNDAY, SUNDAY, MONDAY):
        make_received(peer, store=code, business_date=day, amount_cents=1_000)
    make_received(peer, store=code, type="order.voided", business_date=SUNDAY, amount_cents=-1_000)
    make_received(peer, store=code, type="return.completed", business_date=SUNDAY)


def test_a_store_is_seen_in_its_own_business_day(
    manager: Client, clock: time_machine.Traveller
) -> None:
    make_store(code="CAF", timezone="America/New_York", day_end_hour=4)
    day_of_a_store("CAF")
    clock.move_to(NIGHT)
    page = manager.get(HOME)
    assert "Corner Café, CAF 2 sales $20.00 $0.00 0 sales 4 minutes ago" in text_of(page)
    assert "1 gap" in text_of(page)
    assert "store=CAF&amp;business_date_from=2026-11-22" in page.content.decode()


def test_a_store_that_is_not_entered_here_has_the_days_of_the_office(
    manager: Client, clock: time_machine.Traveller
) -> None:
    day_of_a_store("XYZ")
    clock.move_to(NIGHT)
    assert "Corner Café, XYZ 1 sale $10.00 $20.00 2 sales" in text_of(manager.get(HOME))


def test_who_has_told_nothing_is_there_too(manager: Client) -> None:
    make_peer()
    assert "Corner Café \N{EN DASH} $0.00 $0.00 0 sales never silent nothing" in text_of(
        manager.get(HOME)
    )


def test_where_nobody_sends_there_is_no_table(manager: Client) -> None:
    assert "Other stores" not in text_of(manager.get(HOME)).split("Today")[-1]
