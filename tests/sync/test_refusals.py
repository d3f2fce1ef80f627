"""A command that refuses says what to do, and ends with 1; it never ends in a traceback."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command

from apps.sync.models import CatalogSource, Destination
from tests.catalog.central.documents import bottle, priced
from tests.factories import make_store
from tests.goods import make_snack

from .catalog.offices import follow, run_office
from .office import SECRET

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from apps.stores.models import Store

    from .catalog.offices import Office

    type Typed = Callable[[str], None]

pytestmark = pytest.mark.django_db(transaction=True)
URL = "https://office.example.com/api/sync"


def refused(name: str, *arguments: str) -> str:
    """The sentence of a refusal, which ends with 1."""
    with pytest.raises(CommandError) as refusal:
        call_command(name, *arguments, stdout=io.StringIO(), stderr=io.StringIO())
    assert refusal.value.returncode == 1
    return str(refusal.value)


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Typed:
    """Somebody types these lines, in whatever bytes."""
    return lambda text: monkeypatch.setattr("sys.stdin", io.StringIO(text))


@pytest.fixture
def line(db: None) -> Iterator[Office]:
    with run_office() as office:
        follow(office.url)
        yield office


@pytest.fixture
def store(db: None) -> Store:
    """A store that sells by the standard book."""
    store = make_store()
    make_snack("OWN-1")
    return store


# --- pull_catalog ---------------------------------------------------------------------------------


def test_a_catalog_for_an_installation_of_no_store_is_said(line: Office) -> None:
    line.say_all(bottle("A"))
    assert "has no store yet" in refused("pull_catalog")
    assert "has no store yet" in CatalogSource.objects.get().last_error


def test_a_catalog_by_which_no_store_sells_is_said(line: Office, store: Store) -> None:
    line.say_all(bottle("A", priced(2199, book="MIAMI")))
    assert "no store here sells by it" in refused("pull_catalog")


def test_a_product_that_was_not_taken_over_is_said(line: Office, store: Store) -> None:
    line.say_all(bottle("A", tax_class="VAPE"), bottle("B"))
    assert refused("pull_catalog").startswith("1 products were not taken over: A.")


def test_a_token_that_no_header_can_hold_is_refused(typed: Typed) -> None:
    for token in ("t\u20ack", "\udcff\udcfe", "two words", "t" * 501):
        typed(f"{token}\n")
        assert "token" in refused("set_head_office", "https://office.example.com")
    assert not CatalogSource.objects.exists()


def test_a_missing_token_is_said_with_where_to_get_one(typed: Typed) -> None:
    typed("")
    assert "Service tokens, Add" in refused("set_head_office", "https://office.example.com")


@pytest.mark.parametrize(
    "arguments", [["https://" + "o" * 500], ["https://office.example.com", "--store", "S" * 21]]
)
def test_what_is_too_long_for_a_head_office_is_refused(typed: Typed, arguments: list[str]) -> None:
    typed("token\n")
    assert "at most" in refused("set_head_office", *arguments)


# --- add_peer -------------------------------------------------------------------------------------


@pytest.mark.parametrize("change", ["--second", "--retire"])
def test_a_peer_that_is_not_known_is_let_in_first(change: str) -> None:
    assert "manage.py add_peer miami --name" in refused("add_peer", "miami", change)


def test_a_peer_without_a_name_is_asked_for_one() -> None:
    assert "--name" in refused("add_peer", "miami")


def test_a_number_that_no_fact_can_have_is_refused() -> None:
    assert "a number from 0" in refused("add_peer", "miami", "--name", "M", "--after", "9" * 20)


# --- add_destination ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [["c" * 41, URL], ["books", URL, "--name", "n" * 121], ["books", URL + "u" * 500]],
)
def test_what_is_too_long_for_a_destination_is_refused(typed: Typed, arguments: list[str]) -> None:
    typed(f"token\n{SECRET}\n")
    assert "at most" in refused("add_destination", *arguments, "--from-now")
    assert not Destination.objects.exists()


@pytest.mark.parametrize("token", ["", "t\u20ack", "\udcff", "two words"])
def test_a_token_that_is_none_makes_no_destination(typed: Typed, token: str) -> None:
    typed(f"{token}\n{SECRET}\n")
    assert "token" in refused("add_destination", "books", URL, "--from-now")
    assert not Destination.objects.exists()


def test_a_secret_in_no_letters_is_refused(typed: Typed) -> None:
    typed("token\nwhsec_\udcff\n")
    assert "shows it once" in refused("add_destination", "books", URL, "--from-now")


# --- reconcile_sync -------------------------------------------------------------------------------


def test_a_day_that_has_not_come_yet_is_refused() -> None:
    assert "has not come yet" in refused("reconcile_sync", "--day", "2999-01-01")
