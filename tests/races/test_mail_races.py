"""Several workers take the same receipt at the same instant."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from django_subatomic.db import transaction

from apps.orders.models import ReceiptEmail
from apps.orders.services.mailing.asking import ask_email
from apps.orders.services.mailing.sending import send_email, send_waiting
from apps.orders.types import EmailState, Paper
from tests.conftest import NOON
from tests.factories import open_till
from tests.goods import make_snack
from tests.orders.crowd import all_at_once
from tests.orders.mailbox import mailbox
from tests.orders.sales import sold

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def test_of_many_workers_one_sends_the_receipt(settings: Any) -> None:
    till, _token = open_till(now=NOON)
    order = sold(till, make_snack())
    with mailbox(settings) as box:
        settings.EMAIL_TIMEOUT = 10
        for count in range(1, 4):
            with transaction():
                email = ask_email(
                    actor=till.actor,
                    paper=Paper(till.store.id, 42),
                    order_id=UUID(order["id"]),
                    address="maria@example.com",
                    now=NOON,
                )
            one: Callable[[], Any] = partial(send_email, email_id=email.pk, now=NOON)
            every: Callable[[], Any] = partial(send_waiting, now=NOON)
            outcomes: list[Any] = all_at_once([one, every, one, every, one, one])
            assert [outcomes.count(EmailState.SENT), outcomes.count(1)] in ([1, 0], [0, 1])
            assert len(box.letters) == count
    assert set(ReceiptEmail.objects.values_list("state", "attempts")) == {("SENT", 1)}
