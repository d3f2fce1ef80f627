"""An accounting system behind HTTP is told of a day in journal lines, once, through its faults."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone
from django_subatomic.db import transaction

from apps.core.numbering import number_facts
from apps.orders.takings import sum_day
from apps.payments.services.telling import tell_captured
from apps.sync.models import Batch, Destination
from apps.sync.services.dispatching import Office, send_waiting
from sandbox.backoffice.faults import Fault, Kind, When
from sandbox.backoffice.receiving import TOKEN
from sandbox.backoffice.server import BackOffice
from sandbox.backoffice.signatures import SECRET
from tests.conftest import NOON
from tests.factories import open_till
from tests.goods import make_product
from tests.orders.sales import sold
from tests.payments.rows import make_payment

if TYPE_CHECKING:
    from collections.abc import Iterator

    import time_machine

    from apps.stores.types import Till

pytestmark = pytest.mark.django_db(transaction=True)
CODE = "books"


@pytest.fixture
def till(db: None, clock: time_machine.Traveller) -> Till:
    return open_till(now=NOON)[0]


@pytest.fixture
def office() -> Iterator[BackOffice]:
    with BackOffice() as office:
        values = {"name": "Accounting", "format": "JOURNAL", "created_at": NOON}
        keys = {"token": TOKEN, "secret": SECRET, "url": f"{office.base_url}/api/journal"}
        Destination.objects.create(code=CODE, **values, **keys)
        yield office
    assert office.crimes == []


def send() -> Destination:
    number_facts()
    clock = Office(clock=timezone.now, pause=lambda _: None, roll=lambda: 0.0)
    for _ in range(10):
        send_waiting(CODE, clock, is_forced=True)
    return Destination.objects.get()


def lines_of(office: BackOffice) -> list[dict[str, Any]]:
    with office.office.turn:
        return office.office.books.list_lines()


def test_a_sale_arrives_as_an_entry_that_adds_up_to_the_day(office: BackOffice, till: Till) -> None:
    bottle = make_product("BRB-1")
    for _ in range(3):
        sold(till, bottle)
    send()
    credited = {line["account"]: 0 for line in lines_of(office)}
    for line in lines_of(office):
        credited[line["account"]] += line["credit_cents"] - line["debit_cents"]
    figures = sum_day(store_id=till.store.id, business_date=NOON.date()).figures
    assert credited["4000"] == figures["sales"]["subtotal_cents"]
    assert credited["2200"] == figures["tax_cents"]
    assert -credited["1000"] == figures["net_cents"]


def test_facts_without_money_are_settled_without_being_sent(office: BackOffice, till: Till) -> None:
    card = make_payment(status="CAPTURED", captured_cents=2139)
    with transaction():
        tell_captured(card.pk, now=NOON)
    destination = send()
    assert destination.settled_through > 0
    assert (office.office.heard, Batch.objects.count()) == ([], 0)


def test_a_chart_of_its_own_is_what_it_is_told_by(office: BackOffice, till: Till) -> None:
    Destination.objects.update(options={"accounts": {"sales": {"code": "70700"}}})
    sold(till, make_product("BRB-1"))
    send()
    assert {line["account"] for line in lines_of(office)} == {"1000", "70700", "2200"}


@pytest.mark.parametrize(
    "fault",
    [
        Fault(Kind.STATUS, status=503),
        Fault(Kind.RESET, When.AFTER),
        Fault(Kind.HALF, When.AFTER),
        Fault(Kind.GARBAGE, When.AFTER),
        Fault(Kind.STATUS, When.AFTER, status=500),
    ],
    ids=lambda fault: f"{fault.kind} {fault.when}",
)
def test_whatever_goes_wrong_on_the_way_an_entry_is_there_once(
    office: BackOffice, till: Till, fault: Fault
) -> None:
    sold(till, make_product("BRB-1"))
    office.office.faults.add(fault, times=2)
    assert send().state == "ACTIVE"
    numbers = [(line["entry_id"], line["line"]) for line in lines_of(office)]
    assert len(numbers) == len(set(numbers)) == 4
    assert len({heard.sha256 for heard in office.office.heard}) == 1
