"""What other stores sold, took back and counted: each row with its source, each page as a paper."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.core.models import OutboxEvent
from tests.goods import make_product
from tests.orders.sales import count_rows
from tests.sync.office_rows import (
    make_peer,
    make_received,
    make_received_batch,
    make_rejected,
    make_remote_stock,
    sale_payload,
)

from .everything import make_everything
from .office import text_of, url

if TYPE_CHECKING:
    from django.test import Client

    from apps.sync.models import Peer

pytestmark = pytest.mark.django_db


@pytest.fixture
def cafe() -> Peer:
    return make_peer()


def listed(client: Client, page: str, **query: object) -> str:
    return text_of(client.get(url(f"sync_{page}_changelist", **query)))


def opened(client: Client, page: str, row: Any) -> str:
    return text_of(client.get(url(f"sync_{page}_change", row.pk)))


def test_a_sale_stands_in_its_list_with_its_source_store_and_total(
    manager: Client, cafe: Peer
) -> None:
    make_received(cafe)
    make_received(cafe, type="shift.closed", number="77", payload={})
    page = listed(manager, "remotesale")
    assert "CAF-1-000001 Corner Café CAF $21.39 completed" in page
    assert "77" not in page


def test_a_sale_is_read_line_by_line_with_its_sums(manager: Client, cafe: Peer) -> None:
    page = opened(manager, "remotesale", make_received(cafe))
    assert "Bourbon BRB-1 1 $19.99 $1.40 $21.39" in page
    assert "At shelf prices $19.99 Sales tax $1.40 Total $21.39 Cash $22.00 Change $0.61" in page
    assert "From Corner Café" in page
    assert "business date Nov 22, 2026" in page


def test_a_sale_that_was_voided_says_so(manager: Client, cafe: Peer) -> None:
    sale = make_received(cafe)
    void = {"type": "order.voided", "payload": {"reason": "wrong bag"}, "business_date": None}
    make_received(cafe, **void)
    make_received(make_peer("other"), number="OTH-1")
    assert "$21.39 voided" in listed(manager, "remotesale", q="CAF-1-000001")
    assert "$21.39 completed" in listed(manager, "remotesale", q="OTH-1")
    page = opened(manager, "remotesale", sale)
    assert re.search("This sale was voided on .*: wrong bag", page)


@pytest.mark.parametrize(
    ("kind", "page"),
    [
        ("order.completed", "remotesale"),
        ("return.completed", "remotereturn"),
        ("return.without_receipt", "remotereturn"),
        ("payment.captured", "remotepayment"),
        ("payment.refunded", "remotepayment"),
        ("shift.closed", "remoteshift"),
        ("shift.amended", "remoteshift"),
    ],
)
def test_a_payload_of_another_version_takes_no_page_away(
    manager: Client, cafe: Peer, kind: str, page: str
) -> None:
    odd: list[Any] = [{}, [], {"order": None, "returned": [], "z": {"tenders": 5}}]
    for payload in [*odd, {"order": {"lines": [7]}, "returned": {"lines": [{}]}}]:
        fact = make_received(
            cafe, type=kind, payload=payload, amount_cents=None, business_date=None
        )
        assert manager.get(url(f"sync_{page}_change", fact.pk)).status_code == 200
    assert manager.get(url(f"sync_{page}_changelist")).status_code == 200


def test_the_facts_of_a_whole_day_here_can_be_read_there(manager: Client) -> None:
    """Whatever this installation tells, as an office that has received it shows it."""
    make_everything()
    kiosk = make_peer("kiosk")
    pages = {"order.completed": "remotesale", "return.completed": "remotereturn",
             "return.without_receipt": "remotereturn", "shift.closed": "remoteshift"}  # fmt: skip
    told = {fact.type: fact for fact in OutboxEvent.objects.filter(type__in=pages)}
    assert set(told) == set(pages)
    for kind, fact in told.items():
        row = make_received(kiosk, type=kind, payload=fact.payload, aggregate=fact.aggregate)
        page = opened(manager, pages[kind], row)
        assert "not known" not in page, kind
        assert page.count("$") >= 3, kind


def test_one_installation_store_or_day_is_picked_out(manager: Client, cafe: Peer) -> None:
    kiosk = make_peer("kiosk", name="Kiosk")
    make_received(cafe)
    make_received(kiosk, store="KSK", number="KSK-1", business_date="2026-01-31")
    day = {"business_date_from": "2026-01-31", "business_date_to": "2026-01-31"}
    for query in ({"peer__id__exact": kiosk.pk}, {"store": "KSK"}, day):
        page = listed(manager, "remotesale", **query)
        assert "KSK-1" in page
        assert "CAF-1-000001" not in page


def test_stock_names_its_product_where_it_is_known(manager: Client, cafe: Peer) -> None:
    make_product("BRB-1", name="Old Bourbon")
    make_remote_stock(cafe)
    make_remote_stock(cafe, "XYZ", on_hand=-2)
    page = listed(manager, "remotestock")
    assert "BRB-1 Old Bourbon Corner Café CAF 7" in page
    assert "XYZ not known here Corner Café CAF -2" in page
    assert "XYZ" not in listed(manager, "remotestock", q="old bour")
    assert "BRB-1" not in listed(manager, "remotestock", q="XYZ")


def test_less_than_nothing_stands_out(manager: Client, cafe: Peer) -> None:
    make_remote_stock(cafe)
    plain = manager.get(url("sync_remotestock_changelist")).content.decode()
    make_remote_stock(cafe, "XYZ", on_hand=-2)
    page = manager.get(url("sync_remotestock_changelist")).content.decode()
    assert page.count("bg-red-100") == plain.count("bg-red-100") + 1


def test_what_was_rejected_is_kept_with_its_cause_and_says_what_to_do(
    manager: Client, cafe: Peer
) -> None:
    fact = make_rejected(cafe)
    assert "event-type-unknown" in listed(manager, "rejectedfact")
    page = opened(manager, "rejectedfact", fact)
    assert "It was not taken in, and counts in no figure here." in page
    assert "Update this installation" in page
    assert '"type": "loyalty.enrolled"' in page
    assert "CAF-1-000001" not in listed(manager, "remotesale")


@pytest.mark.parametrize("raw", [r'"\ud800"', '{"a":' * 300_000, "[" * 2_000 + "]" * 2_000])
def test_what_no_program_can_read_is_shown_as_it_came(
    manager: Client, cafe: Peer, raw: str
) -> None:
    fact = make_rejected(cafe, raw=raw)
    address = url("sync_rejectedfact_change", fact.pk)
    assert manager.get(address).status_code == HTTPStatus.OK


def test_the_answer_to_a_batch_is_shown_as_it_was_given(manager: Client, cafe: Peer) -> None:
    batch = make_received_batch(cafe, answer='{"next_expected_sequence": 42}')
    assert '"next_expected_sequence": 42' in opened(manager, "receivedbatch", batch)
    odd = make_received_batch(cafe, answer="not JSON")
    assert "not JSON" in opened(manager, "receivedbatch", odd)


def test_nobody_changes_what_others_have_told(root: Client, cafe: Peer) -> None:
    sale, before = make_received(cafe), count_rows()
    for page in ("change", "delete"):
        answer = root.post(url(f"sync_remotesale_{page}", sale.pk), {"post": "yes", "number": "X"})
        assert answer.status_code in {302, 403}
    sale.refresh_from_db()
    assert sale.number == "CAF-1-000001"
    assert {k: v for k, v in count_rows().items() if v != before[k]} == {}


@pytest.mark.parametrize(
    "page", ["remotesale", "remotereturn", "remotepayment", "remoteshift", "remotestock"]
)
def test_an_empty_list_says_what_would_be_there(manager: Client, page: str) -> None:
    assert "once they are registered under Peers" in listed(manager, page)


def test_a_long_list_asks_no_more_of_the_database_than_a_short_one(
    manager: Client, cafe: Peer
) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as found:
            listed(manager, "remotesale")
            listed(manager, "remotestock")
        return len(found)

    make_received(cafe)
    make_remote_stock(cafe)
    short = cost()
    for number in range(20):
        make_received(cafe, received_at=timezone.now(), payload=sale_payload())
        make_remote_stock(cafe, f"SKU-{number}")
    assert cost() == short
