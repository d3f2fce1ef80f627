"""Cash is taken as it is offered, a card only as its payment was authorised."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from apps.payments.errors import PaymentNotCapturable
from apps.payments.models import Tender as TenderRow
from apps.payments.selectors import get_tenders, list_tenders
from apps.payments.types import Offered, Tender, TenderKind
from tests.conftest import NOON
from tests.factories import make_store
from tests.orders.rows import make_order

ORDER, PAYMENT = uuid4(), uuid4()


def test_cash_is_taken_as_it_is_offered() -> None:
    offered = [Offered(TenderKind.CASH, 500), Offered(TenderKind.CASH, 2000)]
    assert get_tenders(order_id=ORDER, offered=offered) == (
        Tender(TenderKind.CASH, 500),
        Tender(TenderKind.CASH, 2000),
    )


@pytest.mark.django_db
@pytest.mark.parametrize("payment_id", [PAYMENT, None])
@pytest.mark.parametrize("before", [[], [Offered(TenderKind.CASH, 500)]])
def test_a_card_without_an_authorised_payment_is_refused(
    payment_id: UUID | None, before: list[Offered]
) -> None:
    offered = [*before, Offered(TenderKind.CARD, payment_id=payment_id)]
    with pytest.raises(PaymentNotCapturable) as refusal:
        get_tenders(order_id=ORDER, offered=offered)
    assert refusal.value.facts == {"order_id": str(ORDER), "payment_id": str(payment_id)}


@pytest.mark.django_db
def test_the_tenders_of_an_order_come_in_the_order_they_were_taken() -> None:
    store = make_store()
    first, second, unpaid = (make_order(store, sequence=number) for number in (1, 2, 3))
    for order, cents in ((first, 500), (second, 100), (first, 2000), (first, -1430)):
        TenderRow.objects.create(order=order, kind="CASH", amount_cents=cents, at=NOON)
    tenders = list_tenders(order_ids=[first.pk, second.pk, unpaid.pk])
    assert [tender.amount_cents for tender in tenders[first.pk]] == [500, 2000, -1430]
    assert tenders[second.pk] == [Tender(TenderKind.CASH, 100)]
    assert tenders[unpaid.pk] == []


@pytest.mark.django_db
def test_a_card_tender_keeps_its_payment() -> None:
    order = make_order(make_store())
    TenderRow.objects.create(
        order=order, kind="CARD", amount_cents=1070, payment_id=PAYMENT, at=NOON
    )
    tenders = list_tenders(order_ids=[order.pk])
    assert tenders[order.pk] == [Tender(TenderKind.CARD, 1070, PAYMENT)]
