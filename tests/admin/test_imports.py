"""Imports in the back office: upload, preview, confirm, and take a run back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from apps.catalog.models import ImportRun, PriceBook, Product
from apps.core.models import AuditEntry
from apps.stores.types import Role
from tests.catalog.files import bottle, file_of
from tests.orders.sales import count_rows

from .office import errors_of, hire, said, save, send, signed_in, text_of, url, url_of
from .tills import on_shelf

if TYPE_CHECKING:
    from django.test import Client
    from django.test.client import _MonkeyPatchedWSGIResponse as Page

    from apps.stores.models import Store

pytestmark = pytest.mark.django_db

UPLOAD = "catalog_importrun_upload"
CHEAPER = {"sku": "BRB-1", "name": "Bourbon", "price": "17.50"}


def upload(client: Client, *rows: dict[str, str], content: bytes | None = None) -> Page:
    """Choose a file and see its preview."""
    text = "".join(file_of(*rows)).encode() if content is None else content
    file = SimpleUploadedFile("spring.csv", text)
    return send(client, url(UPLOAD), {"file": file, "book": "STANDARD"})


def address_of(preview: Page) -> str:
    address: str = preview.redirect_chain[-1][0]
    return address


def confirm(client: Client, preview: Page) -> Page:
    return send(client, address_of(preview), {})


def taken_in(client: Client, *rows: dict[str, str]) -> ImportRun:
    confirm(client, upload(client, *rows))
    return ImportRun.objects.get(undone_at__isnull=True)


def price_of(store: Store, product: Product) -> int | None:
    return on_shelf(store, product).price_at(timezone.now())


# --- The preview ----------------------------------------------------------------------------------


def test_a_preview_shows_what_would_change_and_changes_nothing(
    manager: Client, bourbon: Product
) -> None:
    before = count_rows()
    same = {"sku": "BRB-1", "name": "Bourbon", "price": "19.99"}
    page = text_of(upload(manager, CHEAPER, bottle("RYE-1")))
    assert "spring.csv , 2 rows, prices into STANDARD" in page
    assert "New 1 Changed 1 As they were 0 Bad rows 0 Import" in page
    assert "2 BRB-1 Bourbon price $19.99 -> $17.50" in page
    assert "3 RYE-1 Bourbon RYE-1 new" in page
    assert "The catalog holds all of this already." in text_of(upload(manager, same))
    unmoved = {table for table, rows in count_rows().items() if rows != before[table]}
    assert unmoved <= {"django_session"}


def test_bad_rows_are_named_and_the_rest_is_not_taken_either(
    manager: Client, bourbon: Product
) -> None:
    preview = upload(manager, CHEAPER, bottle("RYE-1", price="dear"), bottle("BRB-1"))
    page = text_of(preview)
    assert "Nothing can be imported until every bad row is mended." in page
    assert "3 RYE-1 price" in page
    assert "4 BRB-1 sku BRB-1 stands in line 2 already" in page
    assert "Import" not in page.partition("Bad rows 2")[2].split()
    confirm(manager, preview)
    assert (Product.objects.count(), ImportRun.objects.count()) == (1, 0)


@pytest.mark.parametrize(
    "content",
    [b"\xff\xfe\x00", "sku;name;price\n1;Caf\xe9;2".encode("latin-1"), b"name,colour\nRye,red\n"],
)
def test_a_file_that_is_none_is_refused_and_another_can_be_chosen(
    manager: Client, store: Store, content: bytes
) -> None:
    page = upload(manager, content=content)
    assert address_of(page) == url(UPLOAD)
    (reason,) = said(page)
    assert reason


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"book": "STANDARD"}, "file"),
        ({"book": "STANDARD", "file": SimpleUploadedFile("empty.csv", b"")}, "file"),
        ({"book": "OTHER", "file": SimpleUploadedFile("a.csv", b"sku")}, "book"),
    ],
)
def test_an_upload_without_file_or_book_is_an_error_at_its_field(
    manager: Client, bourbon: Product, form: dict[str, Any], field: str
) -> None:
    assert set(errors_of(send(manager, url(UPLOAD), form))) == {field}


# --- In force -------------------------------------------------------------------------------------


def test_a_confirmed_import_is_at_the_tills_at_once(
    manager: Client, store: Store, bourbon: Product
) -> None:
    assert price_of(store, bourbon) == 1999
    page = confirm(manager, upload(manager, CHEAPER, bottle("RYE-1", price="24.99")))
    assert said(page) == ["spring.csv: 1 new, 1 changed."]
    assert price_of(store, bourbon) == 1750
    assert price_of(store, Product.objects.get(sku="RYE-1")) == 2499


def test_prices_go_into_the_book_that_was_chosen(
    manager: Client, store: Store, bourbon: Product
) -> None:
    PriceBook.objects.create(code="AIRPORT", name="Airport")
    file = SimpleUploadedFile("spring.csv", "".join(file_of(CHEAPER)).encode())
    preview = send(manager, url(UPLOAD), {"file": file, "book": "AIRPORT"})
    confirm(manager, preview)
    assert price_of(store, bourbon) == 1999
    assert PriceBook.objects.get(code="AIRPORT").prices.get().price_cents == 1750


def test_the_page_of_a_run_shows_its_changes_and_who_made_them(
    manager: Client, bourbon: Product
) -> None:
    run = taken_in(manager, CHEAPER, bottle("RYE-1"))
    page = text_of(manager.get(url_of(run)))
    assert "manager" in page
    assert "Bourbon (BRB-1) price $19.99 -> $17.50" in page
    assert "Bourbon RYE-1 (RYE-1) new" in page
    entry = AuditEntry.objects.get(action="products.imported")
    assert (entry.actor_name, entry.facts["created"], entry.facts["changed"]) == ("manager", 1, 1)


def test_a_preview_confirmed_twice_is_taken_in_once(manager: Client, bourbon: Product) -> None:
    preview = upload(manager, CHEAPER)
    confirm(manager, preview)
    again = confirm(manager, preview)
    assert said(again) == ["That file is not here any more. Choose it again."]
    assert ImportRun.objects.count() == 1


def test_a_preview_is_of_use_to_nobody_else(manager: Client, bourbon: Product) -> None:
    preview = upload(manager, CHEAPER)
    other = signed_in(hire(Role.MANAGER, "mia").user)
    for answer in (other.get(address_of(preview), follow=True), confirm(other, preview)):
        assert said(answer) == ["That file is not here any more. Choose it again."]
    assert ImportRun.objects.count() == 0
    confirm(manager, preview)
    assert ImportRun.objects.count() == 1


def test_what_changed_since_the_preview_is_not_overwritten_unseen(
    manager: Client, store: Store, bourbon: Product
) -> None:
    preview = upload(manager, {**CHEAPER, "vendor": "", "price": "17.50"})
    save(manager, url_of(bourbon), vendor="Tolliver")
    confirm(manager, preview)
    assert Product.objects.get().vendor == "Tolliver"


# --- Taken back -----------------------------------------------------------------------------------


def test_taking_back_asks_first_and_puts_everything_back(
    manager: Client, store: Store, bourbon: Product
) -> None:
    run = taken_in(manager, CHEAPER, bottle("RYE-1"))
    undo = url("catalog_importrun_undo", run.pk)
    asked = text_of(manager.get(undo))
    assert "1 products that spring.csv made will be removed" in asked
    assert price_of(store, bourbon) == 1750
    page = send(manager, undo, {})
    assert said(page) == ["spring.csv was taken back."]
    assert price_of(store, bourbon) == 1999
    assert not Product.objects.filter(sku="RYE-1").exists()
    assert "taken back" in text_of(manager.get(url("catalog_importrun_changelist")))


def test_a_run_that_somebody_built_on_is_not_taken_back(
    manager: Client, store: Store, bourbon: Product
) -> None:
    run = taken_in(manager, CHEAPER)
    save(manager, url_of(bourbon), name="Old Bourbon")
    (reason,) = said(send(manager, url("catalog_importrun_undo", run.pk), {}))
    assert "BRB-1" in reason
    assert price_of(store, bourbon) == 1750


def test_a_run_is_taken_back_once(manager: Client, bourbon: Product) -> None:
    run = taken_in(manager, CHEAPER)
    send(manager, url("catalog_importrun_undo", run.pk), {})
    (reason,) = said(send(manager, url("catalog_importrun_undo", run.pk), {}))
    assert "already" in reason
