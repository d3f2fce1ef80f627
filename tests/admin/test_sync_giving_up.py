"""Giving a destination up in the back office: consequences first, a reason, and its code typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apps.core.models import AuditEntry
from tests.sync.office_rows import make_destination, make_fact, make_undelivered

from .office import errors_of, said, save, send, text_of, url, url_of

if TYPE_CHECKING:
    from django.test import Client

    from apps.sync.models import Destination

pytestmark = pytest.mark.django_db


@pytest.fixture
def hq() -> Destination:
    """One fact is a dead letter, and two wait."""
    hq = make_destination(settled_through=1)
    make_undelivered(hq, make_fact(1))
    make_fact(2)
    make_fact(3)
    return hq


def give_up(client: Client, hq: Destination, **typed: str) -> list[str]:
    given = {"reason": "they have closed", "code": hq.code, **typed}
    return said(send(client, url("sync_destination_give_up", hq.pk), given))


def test_what_it_never_gets_is_counted_before(owner: Client, hq: Destination) -> None:
    page = text_of(owner.get(url("sync_destination_give_up", hq.pk)))
    assert "It never gets 2 facts that wait for it and 1 undelivered (1 dead)." in page
    assert "Type head-office to give it up" in page
    assert "This cannot be undone." in page


@pytest.mark.parametrize("typed", [{"code": "hq"}, {"code": ""}, {"reason": " "}])
def test_without_a_reason_and_its_code_nothing_is_done(
    owner: Client, hq: Destination, typed: dict[str, str]
) -> None:
    assert give_up(owner, hq, **typed) == []
    hq.refresh_from_db()
    assert hq.state == "ACTIVE"


def test_it_is_given_up_and_its_page_can_only_be_read(owner: Client, hq: Destination) -> None:
    assert give_up(owner, hq) == ["Head office is given up. Nothing is sent to it any more."]
    page = text_of(owner.get(url_of(hq)))
    assert "It was given up on" in page
    assert "they have closed (owner)." in page
    for button in ("Start again", "Send now", "Change it", "Save"):
        assert button not in page
    assert "given up" in text_of(owner.get(url("sync_destination_changelist")))
    assert owner.post(url_of(hq), {"name": "Back again"}).status_code == 403


def test_the_second_of_two_owners_is_told(owner: Client, hq: Destination) -> None:
    give_up(owner, hq)
    given = {"reason": "x", "code": hq.code}
    page = text_of(send(owner, url("sync_destination_give_up", hq.pk), given))
    assert "It was given up: they have closed (owner)" in page
    assert AuditEntry.objects.filter(action="destination.given_up").count() == 1


def test_its_code_is_refused_with_a_free_one(owner: Client, hq: Destination) -> None:
    give_up(owner, hq)
    typed = {"name": "HQ", "code": "head-office", "url": "https://hq.test/"}
    errors = errors_of(save(owner, url("sync_destination_add"), **typed))
    assert "Take another code, such as head-office-2." in errors["code"]


@pytest.mark.parametrize("who", ["manager", "auditor"])
def test_only_owners_give_it_up(who: str, request: pytest.FixtureRequest, hq: Destination) -> None:
    client: Client = request.getfixturevalue(who)
    given = {"reason": "x", "code": hq.code}
    assert client.post(url("sync_destination_give_up", hq.pk), given).status_code == 403
    hq.refresh_from_db()
    assert hq.state == "ACTIVE"
