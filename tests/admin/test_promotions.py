"""A manager writes a promotion, tries it on a basket, publishes it and withdraws it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from apps.catalog.models import Promotion
from apps.core.models import AuditEntry
from apps.stores.types import Role
from tests.admin.office import office, text_of, url, url_of
from tests.catalog.promotions.drafts import publish, write
from tests.goods import make_product

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db

TYPED: dict[str, Any] = {
    "code": "WINE6",
    "name": "Six wines",
    "kind": "MIXED_CASE",
    "percent": "10",
    "units": "6",
    "beverages": ["WINE"],
    "weekdays": ["4", "5"],
    "from_minute": "17:00",
    "until_minute": "01:00",
    "starts_at_0": "2026-11-01",
    "starts_at_1": "00:00:00",
}


@pytest.fixture
def manager() -> Client:
    return office(Role.MANAGER)


def test_what_a_manager_types_is_kept_as_a_draft(manager: Client) -> None:
    answer = manager.post(url("catalog_promotion_add"), TYPED)
    assert answer.status_code == 302
    row = Promotion.objects.get()
    assert (row.state, row.units, row.weekdays, row.from_minute) == ("DRAFT", 6, [4, 5], 17 * 60)
    assert AuditEntry.objects.filter(action="promotion.created").exists()


def test_what_contradicts_itself_is_said_beside_its_field(manager: Client) -> None:
    answer = manager.post(url("catalog_promotion_add"), {**TYPED, "units": "1"})
    assert "Type a number from 2 to 144." in text_of(answer)
    assert not Promotion.objects.exists()


def test_publishing_and_withdrawing_are_asked_about_first(manager: Client) -> None:
    row = write()
    for verb, state in (("publish", "LIVE"), ("withdraw", "WITHDRAWN")):
        address = url(f"catalog_promotion_{verb}", row.pk)
        before = Promotion.objects.get().state
        assert manager.get(address).status_code == 200
        assert Promotion.objects.get().state == before
        manager.post(address)
        assert Promotion.objects.get().state == state


def test_only_what_can_be_done_is_offered(manager: Client) -> None:
    row = write()
    page = text_of(manager.get(url_of(row)))
    assert ("Publish" in page, "Withdraw" in page) == (True, False)
    manager.post(url("catalog_promotion_publish", row.pk))
    page = text_of(manager.get(url_of(row)))
    assert ("Publish" in page, "Withdraw" in page) == (False, True)


def test_a_publication_that_is_refused_says_why(manager: Client) -> None:
    make_product()
    publish(is_exclusive=True)
    other = write(code="OTHER", name="Other", is_exclusive=True)
    answer = manager.post(url("catalog_promotion_publish", other.pk), follow=True)
    assert "A tenth off (TENTH) is exclusive too" in text_of(answer)
