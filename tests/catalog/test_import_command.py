"""`manage.py import_products` shows what a file does, and takes it back when asked twice."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django_subatomic.db import transaction

from apps.catalog.models import ImportRun, Price, Product
from apps.catalog.services.pricing import give_store_its_book
from tests.factories import make_store

from .files import bottle, file_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from apps.stores.models import Store

    from .files import Cells

    type Writer = Callable[..., Path]

pytestmark = pytest.mark.django_db


@pytest.fixture
def write(tmp_path: Path) -> Writer:
    """Rows as a file, the way a spreadsheet on Windows saves them."""

    def save(*rows: Cells) -> Path:
        path = tmp_path / "spring.csv"
        path.write_text("".join(file_of(*rows)), encoding="utf-8-sig", newline="")
        return path

    return save


def run(*arguments: object) -> str:
    """What the command prints on its standard output."""
    out = io.StringIO()
    call_command("import_products", *map(str, arguments), stdout=out, no_color=True)
    return out.getvalue()


def undo_id(printed: str) -> str:
    match = re.search(
        r"^Imported\. Undo with: import_products --undo (\S+)$", printed, re.MULTILINE
    )
    assert match is not None
    return match[1]


def sell_by(store: Store, code: str) -> None:
    with transaction():
        give_store_its_book(store_id=store.pk, code=code, name=code.title())


def answer(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """What the person at the keyboard types."""
    monkeypatch.setattr("sys.stdin", io.StringIO(text))


def test_new_products_are_shown_with_a_plus_and_can_be_taken_back(write: Writer) -> None:
    printed = run(write(bottle("A"), bottle("B")))
    assert printed.splitlines()[:3] == [
        "+ A                  Bourbon A",
        "+ B                  Bourbon B",
        "2 rows: 2 new, 0 changed, 0 as they were, 0 bad.",
    ]
    assert str(ImportRun.objects.get().pk) == undo_id(printed)


def test_changed_products_are_shown_with_what_differs(write: Writer) -> None:
    run(write(bottle("A", price="21.99"), bottle("B")))
    printed = run(write(bottle("A", price="23.49"), bottle("B")))
    assert printed.splitlines()[:3] == [
        "~ A                  Bourbon A",
        "      price $21.99 -> $23.49",
        "2 rows: 0 new, 1 changed, 1 as they were, 0 bad.",
    ]


def test_a_file_that_changes_nothing_says_so(write: Writer) -> None:
    path = write(bottle())
    run(path)
    assert run(path).splitlines() == [
        "1 rows: 0 new, 0 changed, 1 as they were, 0 bad.",
        "The catalog holds all of this already.",
    ]


def test_a_dry_run_shows_all_and_changes_nothing(write: Writer) -> None:
    printed = run(write(bottle("A")), "--dry-run")
    assert printed.splitlines() == [
        "+ A                  Bourbon A",
        "1 rows: 1 new, 0 changed, 0 as they were, 0 bad.",
        "Dry run: nothing was changed.",
    ]
    assert not Product.objects.exists()


def test_forty_changes_are_shown_and_all_when_asked(write: Writer) -> None:
    path = write(*(bottle(f"A-{number}") for number in range(42)))
    short, long = run(path, "--dry-run"), run(path, "--dry-run", "--all")
    assert (short.count("\n+") + 1, long.count("\n+") + 1) == (40, 42)
    assert "  ... and 2 more (--all shows them)" in short
    assert "more" not in long


def test_a_warning_is_shown(write: Writer) -> None:
    assert "! line 2, A Bourbon A: Spirits over 1.75 L" in run(write(bottle("A", volume_ml="3000")))


def test_prices_go_to_the_book_that_is_named(write: Writer) -> None:
    run(write(bottle()), "--book", "AIRPORT")
    assert Price.objects.get().book.code == "AIRPORT"


def test_a_book_that_no_store_sells_by_is_pointed_out_with_those_that_they_do(
    write: Writer,
) -> None:
    for number, code in enumerate(("WINE", "LIQUOR", "LIQUOR")):
        sell_by(make_store(code=f"S-{number}"), code)
    assert run(write(bottle())).splitlines()[-1] == (
        "! No store sells by the price book STANDARD, so tills do not find its prices."
        " Stores sell by: LIQUOR, WINE. Give a store this book (Back office, Price books),"
        " or take the file in again with --book LIQUOR."
    )
    assert Price.objects.get().book.code == "STANDARD"


def test_where_no_store_has_a_book_yet_it_is_said_where_to_give_one(write: Writer) -> None:
    make_store()
    sell_by(make_store(code="SHUT", is_active=False), "LIQUOR")
    printed = run(write(bottle()), "--dry-run")
    assert "Stores sell by: no book yet. Give a store this book (Back office, Price books)." in (
        printed
    )


def test_a_book_that_a_store_sells_by_is_not_remarked_on(write: Writer) -> None:
    sell_by(make_store(), "LIQUOR")
    assert "No store" not in run(write(bottle()), "--book", "LIQUOR")


def test_bad_rows_are_listed_and_fail_the_command_with_their_count(
    write: Writer, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(bottle("A", price="x"), bottle("B"), bottle("C", name=""))
    with pytest.raises(CommandError, match="Nothing was imported: 2 bad rows"):
        run(path)
    assert capsys.readouterr().err.splitlines() == [
        "line 2, A: price 'x' is not an amount such as 12.50",
        "line 4, C: name is missing",
    ]
    assert not Product.objects.exists()


def test_a_file_of_bad_rows_alone_is_not_said_to_be_known(write: Writer) -> None:
    out = io.StringIO()
    with pytest.raises(CommandError):
        call_command("import_products", str(write(bottle(price="x"))), stdout=out)
    assert "already" not in out.getvalue()


def test_a_file_that_is_not_there_fails_the_command(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"^Cannot read .*missing\.csv: No such file"):
        run(tmp_path / "missing.csv")


def test_a_file_that_is_no_product_file_fails_the_command(tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(CommandError, match="missing: name, price, sku"):
        run(tmp_path / "other.csv")


def test_without_a_file_the_command_says_what_it_wants() -> None:
    with pytest.raises(CommandError, match="Name a FILE"):
        run()


def test_no_progress_bar_is_drawn_where_there_is_no_terminal(
    write: Writer, capsys: pytest.CaptureFixture[str]
) -> None:
    run(write(bottle()))
    assert capsys.readouterr().err == ""


def test_a_progress_bar_is_drawn_on_a_terminal(
    write: Writer, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")  # makes rich take the capture for a terminal
    run(write(bottle("A"), bottle("B")))
    drawn = capsys.readouterr().err
    assert "Reading" in drawn
    assert "2/2" in drawn


# --- Taking an import back ------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["y\n", "YES\n"])
def test_an_undo_that_is_agreed_to_takes_the_import_back(
    write: Writer, typed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(write(bottle(price="21.99")))
    run_id = undo_id(run(write(bottle(price="1.00"))))
    answer(monkeypatch, typed)
    assert "Taken back: 0 new and 1 changed products." in run("--undo", run_id)
    assert Price.objects.get().price_cents == 2199


@pytest.mark.parametrize("typed", ["n\n", "\n", "yep\n"])
def test_an_undo_that_is_not_agreed_to_changes_nothing(
    write: Writer, typed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = undo_id(run(write(bottle())))
    answer(monkeypatch, typed)
    with pytest.raises(CommandError, match="Nothing was changed"):
        run("--undo", run_id)
    assert ImportRun.objects.get().undone_at is None


def test_an_undo_with_yes_asks_nothing(write: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    run_id = undo_id(run(write(bottle())))
    answer(monkeypatch, "n\n")
    run("--undo", run_id, "--yes")
    assert ImportRun.objects.get().undone_at is not None


def test_an_undo_where_nobody_can_answer_changes_nothing(
    write: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = undo_id(run(write(bottle())))
    answer(monkeypatch, "")
    with pytest.raises(CommandError):
        run("--undo", run_id)


def test_an_undo_that_is_refused_says_why() -> None:
    with pytest.raises(CommandError, match="There is no import"):
        run("--undo", uuid4(), "--yes")


def test_a_second_undo_is_refused(write: Writer) -> None:
    run_id = undo_id(run(write(bottle())))
    run("--undo", run_id, "--yes")
    with pytest.raises(CommandError, match="already"):
        run("--undo", run_id, "--yes")
