"""The head office in the back office: entered by an owner, read at a press, its troubles said."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from celery import current_app
from django.utils import timezone

from apps.catalog.models import Product
from apps.core.models import AuditEntry
from apps.sync.models import CatalogSource
from tests.goods import make_snack
from tests.sync.catalog.offices import TOKEN, follow

from .office import errors_of, form_on, said, save, send, text_of, url, url_of

if TYPE_CHECKING:
    from django.test import Client
    from django.test.client import _MonkeyPatchedWSGIResponse as Page

pytestmark = pytest.mark.django_db
ADDRESS = "https://office.example.com"


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the worker was asked for."""
    asked: list[dict[str, Any]] = []
    monkeypatch.setattr(
        current_app,
        "send_task",
        lambda name, kwargs, **_: asked.append({"task": name, **kwargs}),
    )
    return asked


def enter(client: Client, **typed: object) -> Page:
    form = {"url": ADDRESS, "token": TOKEN, "store_code": "", "is_active": "on", **typed}
    return send(client, url("sync_catalogsource_add"), form)


def source() -> CatalogSource:
    return CatalogSource.objects.get()


# --- Entering -------------------------------------------------------------------------------------


def test_an_owner_enters_the_head_office_and_its_token_is_shown_nowhere(owner: Client) -> None:
    enter(owner, url=f"{ADDRESS}/", store_code="MIA")
    assert (source().url, source().token, source().store_code) == (ADDRESS, TOKEN, "MIA")
    for page in (url_of(source()), url("sync_catalogsource_edit", 1), url("index")):
        assert TOKEN not in owner.get(page).content.decode()
    entry = AuditEntry.objects.get(action="head_office.entered")
    assert entry.actor_name == "owner"
    assert TOKEN not in str(entry.facts)


def test_the_token_is_sealed_in_the_database(owner: Client) -> None:
    enter(owner)
    (kept,) = CatalogSource.objects.extra(select={"raw": "token || ''"}).values_list("raw")
    assert TOKEN not in kept[0]


@pytest.mark.parametrize(
    "address",
    ["office", "ftp://office", "https://", "https://u:p@office", "https://o/?a=b", "http://[", ""],
)
def test_what_is_no_address_is_sent_back(owner: Client, address: str) -> None:
    assert errors_of(enter(owner, url=address))
    assert not CatalogSource.objects.exists()


def test_the_first_time_a_token_is_needed_and_later_the_known_one_is_kept(owner: Client) -> None:
    assert "token" in str(errors_of(enter(owner, token="")))
    enter(owner)
    page = url("sync_catalogsource_edit", 1)
    assert form_on(owner, page)["url"] == ADDRESS
    save(owner, page, store_code="MIA")
    assert (source().token, source().store_code) == (TOKEN, "MIA")


def test_entering_it_again_changes_the_one_there_is(owner: Client) -> None:
    enter(owner)
    enter(owner, url="https://other.example.com")
    assert source().url == "https://other.example.com"


# --- Reading --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("button", "whole"), [("read_now", False), ("read_all", True)])
def test_a_press_asks_the_worker_and_stands_in_the_audit(
    owner: Client, rung: list[dict[str, Any]], button: str, *, whole: bool
) -> None:
    follow(ADDRESS)
    address = url(f"sync_catalogsource_{button}", 1)
    assert "The worker reads" in text_of(owner.get(address))
    assert rung == []
    (words,) = said(send(owner, address, {}))
    assert words.startswith("The worker has been asked to read. Look again in a minute")
    assert rung == [{"task": "sync.pull_catalog", "wants_whole": whole}]
    entry = AuditEntry.objects.get(action="catalog.pull_asked")
    assert (entry.actor_name, entry.facts) == ("owner", {"whole": whole})


def test_a_worker_that_cannot_be_asked_is_no_crash(
    owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError("no broker")

    monkeypatch.setattr(current_app, "send_task", fail)
    follow(ADDRESS)
    page = send(owner, url("sync_catalogsource_read_now", 1), {})
    assert "next turn" in said(page)[0]


def test_nothing_is_read_where_reading_is_off(owner: Client, rung: list[dict[str, Any]]) -> None:
    follow(ADDRESS, is_active=False)
    page = send(owner, url("sync_catalogsource_read_now", 1), {})
    assert "switched off" in str(errors_of(page))
    assert rung == []


# --- What is seen ---------------------------------------------------------------------------------


def test_the_page_says_how_it_stands_and_what_was_not_taken(manager: Client) -> None:
    follow(ADDRESS)
    assert "not read yet" in text_of(manager.get(url_of(source())))
    CatalogSource.objects.update(last_pulled_at=timezone.now())
    assert "in order" in text_of(manager.get(url("sync_catalogsource_changelist")))
    refused = [{"sku": "VAP-1", "reason": "<b>Update it.</b>"}]
    CatalogSource.objects.update(last_error="No connection.", refused=refused)
    page = manager.get(url_of(source()))
    assert "look" in text_of(page)
    assert "No connection." in text_of(page)
    assert "VAP-1 <b>Update it.</b>" in text_of(page)


def test_a_manager_sees_it_and_changes_nothing(manager: Client, rung: list[dict[str, Any]]) -> None:
    follow(ADDRESS)
    assert enter(manager, url="https://mine.example.com").status_code == 403
    for button in ("edit", "read_now", "read_all"):
        address = url(f"sync_catalogsource_{button}", 1)
        assert manager.get(address).status_code == manager.post(address).status_code == 403
    assert (source().url, rung) == (ADDRESS, [])


def test_a_product_of_the_head_office_says_so_on_its_page(manager: Client) -> None:
    chips = make_snack()
    assert "The head office keeps" not in manager.get(url_of(chips)).content.decode()
    Product.objects.update(is_central=True)
    assert "The head office keeps" in manager.get(url_of(chips)).content.decode()


# --- At home --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("columns", "minutes", "sentence"),
    [
        ({}, 1, ""),
        ({}, None, ""),
        ({"last_error": "No connection."}, None, "catalog cannot be read"),
        ({"last_error": "No connection."}, 25, "was not read for 25 minutes"),
        ({"is_active": False}, 25, ""),
        ({"refused": [{"sku": "A", "reason": "New."}]}, 1, "not all can be sold here"),
    ],
)
def test_the_home_page_says_what_is_wrong_with_it_and_nothing_else(
    manager: Client, columns: dict[str, Any], minutes: int | None, sentence: str
) -> None:
    follow(ADDRESS)
    at = None if minutes is None else timezone.now() - timedelta(minutes=minutes, seconds=5)
    CatalogSource.objects.update(**columns, last_pulled_at=at)
    home = text_of(manager.get(url("index")))
    assert ("head office's catalog" in home) == bool(sentence)
    assert sentence in home


def test_an_empty_list_says_what_would_be_there(manager: Client, owner: Client) -> None:
    address = url("sync_catalogsource_changelist")
    assert "Products and prices are kept here by hand." in text_of(manager.get(address))
    assert "Its owner gives you" in text_of(owner.get(address))
    assert "Its owner gives you" not in text_of(manager.get(address))
