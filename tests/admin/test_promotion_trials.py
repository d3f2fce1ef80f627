"""A promotion is tried on a basket beside its form, and its page says where it was used."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from apps.catalog.models import Promotion
from apps.catalog.promotions.types import Schedule
from apps.orders.models import Order
from apps.stores.types import Role
from tests.admin.office import form_on, office, text_of, url, url_of
from tests.catalog.promotions.drafts import publish, write
from tests.factories import make_store, open_till
from tests.goods import line_of, make_snack
from tests.orders.sales import sold, voided

if TYPE_CHECKING:
    from django.test import Client

    from apps.catalog.models import Product
    from apps.stores.models import Store

pytestmark = pytest.mark.django_db


def tried(client: Client, store: Store, row: Promotion | None = None, **typed: Any) -> str:
    """What stands below the basket once it is priced."""
    here = url_of(row) if row else url("catalog_promotion_add")
    address = url("catalog_promotion_try", row.pk) if row else url("catalog_promotion_try_new")
    asked = {"trial-store": store.pk, "trial-basket": "BRB-1 2", **typed}
    answer = client.post(address, {**form_on(client, here), **asked})
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_a_basket_is_tried_under_a_draft_and_nothing_is_sold(
    manager: Client, store: Store, bourbon: Product
) -> None:
    answer = tried(manager, store, write())
    assert "A tenth off -$4.00" in answer
    assert "$35.98" in answer
    assert not Order.objects.exists()


def test_what_the_form_says_is_tried_before_it_is_saved(
    manager: Client, store: Store, bourbon: Product
) -> None:
    row = publish()
    assert "A tenth off -$20.00" in tried(manager, store, row, percent="50")
    assert Promotion.objects.get().percent == 10


def test_a_promotion_is_tried_before_it_is_added(
    manager: Client, store: Store, bourbon: Product
) -> None:
    answer = tried(manager, store, kind="PERCENT_OFF", percent="10")
    assert "This promotion -$4.00" in answer
    named = tried(manager, store, kind="PERCENT_OFF", percent="10", name="A tenth", code="TEN")
    assert "A tenth -$4.00" in named
    assert not Promotion.objects.exists()


def test_what_the_form_lacks_is_said_beside_the_basket(manager: Client, store: Store) -> None:
    assert "Percent: " in tried(manager, store, kind="PERCENT_OFF")


def test_who_may_not_change_it_tries_what_was_saved(store: Store, bourbon: Product) -> None:
    auditor = office(Role.AUDITOR)
    assert "A tenth off -$4.00" in tried(auditor, store, write(), percent="50")
    new = {"trial-store": store.pk, "trial-basket": "BRB-1"}
    assert auditor.post(url("catalog_promotion_try_new"), new).status_code == 403


def test_a_promotion_to_come_is_tried_at_its_time(
    manager: Client, store: Store, bourbon: Product
) -> None:
    row = write(schedule=Schedule(timezone.now() + timedelta(days=2)))
    assert "It does not run at that time" in tried(manager, store, row)
    later = timezone.localtime() + timedelta(days=3)
    assert "A tenth off -$4.00" in tried(
        manager, store, row, **{"trial-at": f"{later:%Y-%m-%dT%H:%M}"}
    )


def test_a_promotion_of_another_store_gives_nothing_here(
    manager: Client, store: Store, bourbon: Product
) -> None:
    other = make_store(code="STP")
    row = write(store_ids=frozenset({other.pk}))
    answer = tried(manager, store, row)
    assert "It is not for this store." in answer
    assert "nothing comes off" in answer


@pytest.mark.parametrize(
    ("asked", "said"),
    [("NOPE 1", "NOPE is no product"), ("BRB-1 0", "should be a code and how"), ("", "Basket")],
)
def test_a_basket_that_cannot_be_read_is_explained(
    manager: Client, store: Store, asked: str, said: str
) -> None:
    assert said in tried(manager, store, write(), **{"trial-basket": asked})


def test_the_page_says_where_the_promotion_was_used(manager: Client, store: Store) -> None:
    till, _ = open_till(store, Role.SHIFT_LEAD)
    chips = make_snack("CHP-1", on_hand=10, store=store)
    row = publish()
    now = timezone.now()
    for quantity in (4, 1, 2):
        last = sold(till, line_of(chips, quantity), now=now)
    voided(till, last["id"], now=now)
    page = text_of(manager.get(url_of(row)))
    assert "Given $1.00 Orders 2 Units 5" in page


def test_a_draft_is_not_asked_where_it_was_used(manager: Client) -> None:
    assert "Used in the last 30 days" not in text_of(manager.get(url_of(write())))
