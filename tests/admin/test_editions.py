"""A manager fills a draft of prices, tries it on past baskets, publishes it and rolls it back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from apps.catalog.models import EditionPrice, Price, PriceBook, PriceEdition
from apps.core.models import AuditEntry
from apps.orders.models import BasketReplay, Order
from tests.admin.office import text_of, url, url_of
from tests.catalog.editions import draft, publish, roll_back
from tests.catalog.promotions.drafts import publish as promote
from tests.factories import open_till
from tests.goods import make_snack
from tests.orders.sales import sold

if TYPE_CHECKING:
    from datetime import datetime

    from django.test import Client
    from django.test.client import _MonkeyPatchedWSGIResponse as Response

    from apps.catalog.models import Product
    from apps.stores.models import Store

pytestmark = pytest.mark.django_db

TYPED = {"code": "SPRING", "name": "Spring", "starts_at_0": "2099-03-01", "starts_at_1": "00:00:00"}


@pytest.fixture
def chips(store: Store) -> Product:
    return make_snack("CHP-1", price_cents=200, unit_cost_cents=150)


def fill(client: Client, edition: PriceEdition, **typed: Any) -> Response:
    books = [str(pk) for pk in PriceBook.objects.values_list("pk", flat=True)]
    prefix = typed["fill"]
    named = {f"{prefix}-{name}": value for name, value in {"books": books, **typed}.items()}
    address = url("catalog_priceedition_fill", edition.pk)
    return client.post(address, {**named, "fill": prefix}, follow=True)


def test_what_a_manager_types_is_kept_as_a_draft(manager: Client, store: Store) -> None:
    assert manager.post(url("catalog_priceedition_add"), TYPED).status_code == 302
    edition = PriceEdition.objects.get()
    assert (edition.code, edition.state) == ("SPRING", "DRAFT")
    assert AuditEntry.objects.filter(action="price_book.drafted").exists()


def test_a_start_that_is_past_is_said_beside_its_field(manager: Client, store: Store) -> None:
    answer = manager.post(url("catalog_priceedition_add"), {**TYPED, "starts_at_0": "2020-01-01"})
    assert "That is past." in text_of(answer)
    assert not PriceEdition.objects.exists()


def test_pasted_lines_are_shown_before_they_go_in(manager: Client, chips: Product) -> None:
    edition = draft({})
    answer = fill(manager, edition, fill="lines", lines="CHP-1\t2.49")
    assert all(part in text_of(answer) for part in ("$2.00", "$2.49", "Put them into the draft"))
    assert not EditionPrice.objects.exists()
    address = answer.redirect_chain[-1][0]
    manager.post(address)
    assert EditionPrice.objects.get().price_cents == 249


def test_a_file_with_a_bad_line_cannot_be_taken_in(manager: Client, chips: Product) -> None:
    file = SimpleUploadedFile("prices.csv", b"sku,price\nCHP-1,2.49\nNONE,1\n")
    answer = fill(manager, draft({}), fill="lines", file=file)
    assert "no product has this SKU" in text_of(answer)
    assert "Put them into the draft" not in text_of(answer)
    manager.post(answer.redirect_chain[-1][0])
    assert not EditionPrice.objects.exists()


def test_neither_lines_nor_a_file_is_said(manager: Client, chips: Product) -> None:
    assert "one of the two" in text_of(fill(manager, draft({}), fill="lines", lines=" "))


def test_prices_in_force_are_copied_with_a_change(manager: Client, chips: Product) -> None:
    edition = draft({})
    fill(manager, edition, fill="current", percent="10", ending="NINE", category="")
    assert EditionPrice.objects.get().price_cents == 219


def test_an_edition_shows_what_changes_and_asks_before_it_is_published_and_rolled_back(
    manager: Client, chips: Product
) -> None:
    edition = draft({chips: 249}, starts_at=timezone.now() + timedelta(days=1))
    page = text_of(manager.get(url_of(edition)))
    assert all(part in page for part in ("$2.00", "$2.49", "+24.5 %", "Publish"))
    for verb, state in (("publish", "PUBLISHED"), ("roll_back", "ROLLED_BACK")):
        address = url(f"catalog_priceedition_{verb}", edition.pk)
        assert "$2.49" in text_of(manager.get(address))
        assert PriceEdition.objects.get().state != state
        manager.post(address)
        assert PriceEdition.objects.get().state == state
    assert not Price.objects.filter(edition=edition).exists()


def test_a_draft_below_cost_is_warned_of_and_one_that_clashes_has_no_button(
    manager: Client, chips: Product
) -> None:
    soon = timezone.now() + timedelta(days=1)
    publish(draft({chips: 240}, starts_at=soon), now=timezone.now())
    edition = draft({chips: 149}, starts_at=soon, code="RIVAL")
    page = text_of(manager.get(url("catalog_priceedition_publish", edition.pk)))
    assert "below cost" in page
    assert "at the very same instant (HOLIDAY)" in page
    assert (
        b'name="confirm"'
        not in manager.get(url("catalog_priceedition_publish", edition.pk)).content
    )


def test_what_was_published_is_not_changed_but_copied(manager: Client, chips: Product) -> None:
    edition = roll_back(publish(draft({chips: 249})))
    page = manager.get(url_of(edition))
    assert b'name="_save"' not in page.content
    typed = {"code": "AGAIN", "name": "Again"}
    manager.post(url("catalog_priceedition_copy", edition.pk), typed)
    copy = PriceEdition.objects.get(code="AGAIN")
    assert (copy.state, copy.prices.count()) == ("DRAFT", 1)


def test_a_price_is_taken_out_of_a_draft_and_never_of_what_was_published(
    manager: Client, chips: Product
) -> None:
    edition = draft({chips: 249})
    form = {"action": "take_out", "_selected_action": [EditionPrice.objects.get().pk]}
    manager.post(url("catalog_editionprice_changelist"), form)
    assert not EditionPrice.objects.exists()
    publish(draft({chips: 259}, code="LATER"))
    form["_selected_action"] = [EditionPrice.objects.get().pk]
    answer = manager.post(url("catalog_editionprice_changelist"), form, follow=True)
    assert "stays as it is" in text_of(answer)
    assert EditionPrice.objects.count() == 1
    assert edition.pk


def test_a_draft_can_be_thrown_away_and_what_was_published_cannot(
    manager: Client, chips: Product
) -> None:
    gone, kept = draft({chips: 249}), publish(draft({chips: 259}, code="KEPT"))
    for edition in (gone, kept):
        manager.post(url_of(edition, "delete"), {"post": "yes"})
    assert PriceEdition.objects.get() == kept


# --- Past baskets ---------------------------------------------------------------------------------


def test_a_small_replay_is_there_at_once_with_its_chart(
    manager: Client, store: Store, chips: Product
) -> None:
    till, _ = open_till(store)
    sold(till, chips, now=timezone.now() - timedelta(hours=1))
    edition = draft({chips: 149})
    address = url("orders_basketreplay_start", edition.pk)
    assert "priced again" in text_of(manager.get(address))
    page = manager.post(address, {"days": "7", "store": ""}, follow=True)
    text = text_of(page)
    assert all(part in text for part in ("$2.00", "$1.49", "-$0.51", "sold below cost", "CHP-1"))
    assert not page.has_header("Refresh")


def make_waiting(chips: Product, asked_at: datetime) -> BasketReplay:
    return BasketReplay.objects.create(
        edition=draft({chips: 149}),
        edition_version=2,
        since=asked_at - timedelta(days=7),
        until=asked_at,
        baskets_total=20_000,
        baskets_done=5_500,
        asked_at=asked_at,
        asked_by="Maria",
    )


def test_a_replay_that_waits_shows_how_far_it_is_and_looks_again(
    manager: Client, chips: Product
) -> None:
    page = manager.get(url_of(make_waiting(chips, timezone.now())))
    assert "5,500 of 20,000 baskets" in text_of(page)
    assert page.headers["Refresh"] == "2"


def test_a_replay_whose_worker_died_says_so_and_is_asked_for_again(
    manager: Client, chips: Product
) -> None:
    page = manager.get(url_of(make_waiting(chips, timezone.now() - timedelta(hours=2))))
    assert "ask for it again" in text_of(page)
    assert not page.has_header("Refresh")


def test_an_auditor_sees_editions_and_changes_none(auditor: Client, chips: Product) -> None:
    edition = draft({chips: 249})
    assert "$2.49" in text_of(auditor.get(url_of(edition)))
    for name in ("catalog_priceedition_publish", "catalog_priceedition_fill"):
        assert auditor.post(url(name, edition.pk)).status_code == 403
    assert auditor.post(url("orders_basketreplay_start", edition.pk)).status_code == 403


def test_an_orders_page_says_what_came_off_a_line_and_whose_price_it_was(
    manager: Client, store: Store, chips: Product
) -> None:
    now = timezone.now()
    publish(draft({chips: 300}, starts_at=now, now=now), now=now)
    promote(name="Chips day")
    till, _ = open_till(store)
    sold(till, chips, now=timezone.now())
    text = text_of(manager.get(url_of(Order.objects.get())))
    assert "price of HOLIDAY" in text
    assert "Chips day: $0.30 off 1" in text
