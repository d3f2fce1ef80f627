"""The catalog of a head office is read page by page; a dead line changes nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone
from django_subatomic.db import transaction

from apps.catalog.models import Product
from apps.catalog.services.pricing import give_store_its_book
from apps.sync import errors
from apps.sync.models import CatalogSource
from apps.sync.services import pulling
from tests.catalog.central.documents import bottle, gone, priced
from tests.goods import make_snack

from .offices import Answer, Office, active, follow, page_of, pull, source

if TYPE_CHECKING:
    from apps.stores.models import Store

pytestmark = pytest.mark.django_db(transaction=True)


# --- From the beginning ---------------------------------------------------------------------------


def test_the_first_time_everything_is_read(office: Office) -> None:
    office.say_all(bottle("A"), bottle("B"))
    pulled = pull()
    assert (office.paths, active()) == (["snapshot"], ["A", "B"])
    assert (pulled.products, pulled.is_whole, pulled.warning) == (2, True, "")
    assert (source().cursor, source().last_error) == ("9.aaaaaaaa.1", "")
    assert source().last_change == "2 new, 0 changed, 0 retired, 2 prices"


def test_after_that_what_changed_is_read_page_by_page(office: Office) -> None:
    office.say_all(bottle("A"), bottle("B"))
    pull()
    office.say(page_of(bottle("C"), cursor="10..1", has_more=True))
    office.say(page_of(gone("A"), cursor="11..1"))
    pull()
    assert office.paths == ["snapshot", "changes", "changes"]
    assert [query["since"] for _, query, _ in office.asked[1:]] == [["9.aaaaaaaa.1"], ["10..1"]]
    assert (active(), source().cursor) == (["B", "C"], "11..1")


def test_a_reset_reads_everything_and_retires_what_is_not_there(office: Office) -> None:
    make_snack("OWN")
    office.say_all(bottle("A"), bottle("B"))
    pull()
    office.say(page_of(reset=True))
    office.say_all(bottle("B"), cursor="3.cccccccc.1")
    assert pull().taken.retired == 1
    assert (active(), source().cursor) == (["B", "OWN"], "3.cccccccc.1")


def test_everything_is_read_for_who_asks_for_it(office: Office) -> None:
    office.say_all(bottle("A"))
    pull()
    office.say(page_of())
    office.say_all(bottle("A"))
    assert pull(wants_whole=True).taken.is_nothing
    assert office.paths == ["snapshot", "changes", "snapshot"]


def test_who_asks_for_everything_loses_no_rename(office: Office) -> None:
    office.say_all(bottle("A"))
    pull()
    before = Product.objects.get()
    office.say(page_of(gone("A"), renames=[{"previous_sku": "A", "sku": "B"}]))
    office.say_all(bottle("B"))
    pull(wants_whole=True)
    assert (Product.objects.get(), active()) == (before, ["B"])


def test_an_empty_catalog_is_a_mistake_and_retires_nothing(office: Office) -> None:
    office.say_all(bottle("A"))
    pull()
    office.say(page_of())
    office.say_all()
    with pytest.raises(errors.HeadOfficeRefuses, match="price book"):
        pull(wants_whole=True)
    assert active() == ["A"]


def test_progress_is_told(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulling, "PRODUCTS_AT_ONCE", 2)
    office.say_all(bottle("A"), bottle("B"), bottle("C"))
    steps: list[tuple[int, int]] = []
    pull(on_progress=lambda done, total: steps.append((done, total)))
    assert steps == [(2, 3), (3, 3)]


# --- When something goes wrong --------------------------------------------------------------------


def test_a_dead_head_office_changes_nothing_and_is_said(office: Office) -> None:
    office.say_all(bottle("A"))
    pull()
    before = source().cursor
    with pytest.raises(errors.HeadOfficeSilent):
        pull()
    assert (active(), source().cursor, source().leased_until) == (["A"], before, None)
    assert "busy or broken (500)" in source().last_error
    office.say(page_of())
    pull()
    assert source().last_error == ""


def test_what_was_read_before_the_line_broke_is_kept_with_its_cursor(office: Office) -> None:
    office.say_all(bottle("A"))
    pull()
    office.say(page_of(bottle("B"), cursor="10..1", has_more=True))
    office.answers.append(Answer(b"{", promised=9))
    with pytest.raises(errors.HeadOfficeSilent):
        pull()
    assert (active(), source().cursor) == (["A", "B"], "10..1")


def test_a_snapshot_that_breaks_off_changes_nothing(office: Office) -> None:
    office.say_all(bottle("A"), bottle("B"), ends=False)
    with pytest.raises(errors.HeadOfficeSilent):
        pull()
    assert (active(), source().cursor) == ([], "")


def test_pages_that_go_round_in_circles_are_left(office: Office) -> None:
    office.say_all(bottle("A"), cursor="9..1")
    pull()
    office.say(page_of(cursor="9..1", has_more=True))
    with pytest.raises(errors.HeadOfficeRefuses, match="circles"):
        pull()


def test_a_product_that_cannot_be_taken_is_named_and_the_others_are_taken(office: Office) -> None:
    office.say_all(bottle("A", tax_class="VAPE"), bottle("B"))
    assert [refused.sku for refused in pull().refused] == ["A"]
    assert active() == ["B"]
    (entry,) = source().refused
    assert entry["sku"] == "A"
    assert "update it" in entry["reason"]


def test_a_product_that_cannot_be_read_any_more_is_not_taken_for_gone(office: Office) -> None:
    office.say_all(bottle("A"), bottle("B"))
    pull()
    office.say(page_of())
    office.say_all(bottle("A", tax_class="VAPE"), bottle("B"))
    pull(wants_whole=True)
    assert active() == ["A", "B"]


def test_what_was_refused_is_tried_again_once_a_day(office: Office) -> None:
    office.say_all(bottle("A", tax_class="VAPE"), bottle("B"))
    pull()
    office.say(page_of())
    pull()
    CatalogSource.objects.update(last_whole_at=timezone.now() - timedelta(hours=25))
    office.say(page_of())
    office.say_all(bottle("A"), bottle("B"))
    pull()
    assert office.paths == ["snapshot", "changes", "changes", "snapshot"]
    assert (active(), source().refused) == (["A", "B"], [])


def test_a_book_that_no_store_sells_by_is_said_until_one_does(office: Office, store: Store) -> None:
    office.say_all(bottle("A", priced(2199, book="MIAMI")))
    pull()
    office.say(page_of())
    pull()
    assert "no store here sells by it" in source().last_error
    with transaction():
        give_store_its_book(store_id=store.pk, code="MIAMI", name="Miami")
    office.say(page_of())
    pull()
    assert source().last_error == ""


def test_another_store_of_the_head_office_is_read_from_the_beginning(office: Office) -> None:
    office.say_all(bottle("A"))
    pull()
    follow(office.url, store_code="MIA")
    assert source().cursor == ""
    office.say_all(bottle("A"))
    pull()
    assert (office.paths[-1], office.asked[-1][1]) == ("snapshot", {"store": ["MIA"]})
