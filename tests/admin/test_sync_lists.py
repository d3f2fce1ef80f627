"""Lists of sync: the newest first, and each filter shows what it names."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from tests.sync.office_rows import (
    make_batch,
    make_destination,
    make_fact,
    make_gap,
    make_peer,
    make_received,
    make_received_batch,
    make_remote_stock,
)

from .office import text_of, url, url_of

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


def listed(client: Client, page: str, **query: object) -> list[Any]:
    """The rows of a list, as they stand in it."""
    return list(client.get(url(f"{page}_changelist", **query)).context["cl"].result_list)


def ago(hours: int) -> Any:
    return timezone.now() - timedelta(hours=hours)


def test_facts_stand_the_newest_first_and_are_picked_out_by_type(manager: Client) -> None:
    for hours in (2, 1, 3):
        make_fact(hours, occurred_at=ago(hours))
    make_fact(9, type="shift.closed", occurred_at=ago(9))
    assert [row.sequence for row in listed(manager, "core_outboxevent")] == [1, 2, 3, 9]
    found = listed(manager, "core_outboxevent", type__exact="shift.closed")
    assert [row.sequence for row in found] == [9]


def test_batches_stand_the_newest_first_and_are_picked_out_by_destination(manager: Client) -> None:
    hq, books = make_destination(), make_destination("books")
    for hours in (2, 1, 3):
        make_batch(hq, first_sequence=hours, frozen_at=ago(hours))
    make_batch(books, first_sequence=9, frozen_at=ago(0), state="ABANDONED", is_replay=True)
    rows = [row.first_sequence for row in listed(manager, "sync_batch")]
    assert rows == [9, 1, 2, 3]
    asked: dict[str, object] = {"destination__id__exact": books.pk}
    for query in (asked, {"state__exact": "ABANDONED"}, {"is_replay__exact": 1}):
        assert [row.first_sequence for row in listed(manager, "sync_batch", **query)] == [9], query


def test_the_newest_batches_of_a_destination_stand_on_its_page(manager: Client) -> None:
    hq = make_destination()
    for hours in range(1, 11):
        make_batch(hq, first_sequence=hours, frozen_at=ago(hours))
    shown = manager.get(url_of(hq)).context["batches"]
    assert [each["batch"].first_sequence for each in shown] == list(range(1, 9))


def test_the_newest_batches_and_lowest_gaps_of_a_peer_stand_on_its_page(manager: Client) -> None:
    peer = make_peer(last_seen_at=timezone.now())
    for number in (30, 20, 40):
        make_gap(peer, number, number + 1)
    for hours in (2, 1, 3):
        make_received_batch(peer, first_sequence=hours, received_at=ago(hours))
    make_gap(make_peer("other", name="Other"), 1, 2)
    page = manager.get(url_of(peer))
    assert [gap.first for gap in page.context["gaps"]] == [20, 30, 40]
    assert [batch.first_sequence for batch in page.context["batches"]] == [1, 2, 3]
    assert "Gaps 3 numbers that have not come" in text_of(page)


def test_peers_stand_by_name_with_their_highest_number_and_gaps(manager: Client) -> None:
    now = timezone.now()
    make_peer("b", name="Beach", last_seen_at=now, seen_through=12)
    make_gap(make_peer("a", name="Airport", last_seen_at=now, seen_through=99))
    rows = listed(manager, "sync_peer")
    assert [(row.name, row.gap_count) for row in rows] == [("Airport", 1), ("Beach", 0)]
    page = text_of(manager.get(url("sync_peer_changelist")))
    assert "Highest number" in page
    assert "#99 1 Beach" in page


PAGES = {
    "remotesale": ("order.completed",),
    "remotereturn": ("return.completed", "return.without_receipt"),
    "remotepayment": ("payment.captured", "payment.refunded"),
    "remoteshift": ("shift.closed", "shift.amended"),
}


@pytest.mark.parametrize("page", PAGES)
def test_each_book_holds_its_own_facts_the_last_to_arrive_first(manager: Client, page: str) -> None:
    peer = make_peer()
    everything = [kind for kinds in PAGES.values() for kind in kinds] + ["order.voided"]
    for kind in everything:
        make_received(peer, type=kind, payload={})
    rows = [row.type for row in listed(manager, f"sync_{page}")]
    assert rows == list(reversed(PAGES[page]))


def test_money_taken_and_sent_back_are_told_apart(manager: Client) -> None:
    peer = make_peer()
    make_received(peer, type="payment.captured", amount_cents=100)
    make_received(peer, type="payment.refunded", amount_cents=200)
    page = text_of(manager.get(url("sync_remotepayment_changelist")))
    assert "CAF taken $1.00" in page
    assert "CAF sent back $2.00" in page
    query = {"type__exact": "payment.refunded"}
    assert [row.amount_cents for row in listed(manager, "sync_remotepayment", **query)] == [200]


def test_a_return_without_receipt_and_a_late_sale_say_so(manager: Client) -> None:
    peer = make_peer()
    make_received(peer, type="return.without_receipt", number="", payload={})
    make_received(peer, type="shift.amended", number="8", payload={})
    assert "without receipt" in text_of(manager.get(url("sync_remotereturn_changelist")))
    assert "late, to Z 8" in text_of(manager.get(url("sync_remoteshift_changelist")))


def test_stock_of_a_store_is_picked_out_the_last_change_first(manager: Client) -> None:
    peer = make_peer()
    for hours in (2, 1, 3):
        make_remote_stock(peer, f"SKU-{hours}", changed_at=ago(hours))
    make_remote_stock(peer, "SKU-9", store="KSK", changed_at=ago(9))
    rows = [row.sku for row in listed(manager, "sync_remotestock")]
    assert rows == ["SKU-1", "SKU-2", "SKU-3", "SKU-9"]
    assert [row.sku for row in listed(manager, "sync_remotestock", store="KSK")] == ["SKU-9"]


@pytest.mark.parametrize(
    ("page", "titles"),
    [
        ("core_outboxevent", ["Told to other systems", "type"]),
        ("sync_batch", ["destination", "state", "is replay"]),
    ],
)
def test_a_list_offers_its_filters(manager: Client, page: str, titles: list[str]) -> None:
    hq = make_destination()
    make_batch(hq)
    make_batch(make_destination("books"))
    make_fact()
    offered = manager.get(url(f"{page}_changelist")).context["cl"].filter_specs
    assert [each.title for each in offered] == titles
