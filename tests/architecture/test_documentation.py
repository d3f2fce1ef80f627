"""The docs tell of all there is, and of nothing else."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

import pytest
from django.core.management import get_commands
from django.test import Client

from apps.core.errors import DomainError, Kind
from apps.core.events import Event
from apps.core.problems import STATUS_OF

from .repository import DOCS, ROOT, kinds_of, kinds_of_events, pages, sections, sources

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PROBLEMS = DOCS / "api" / "problems.md"
EVENTS = DOCS / "events.md"
CONFIGURATION = DOCS / "operations" / "configuration.md"
PAGE = r"(?<![\w/.])docs/[\w./-]+\w"  # as comments and docstrings name it


# --- Refusals and events --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def refusals() -> dict[str, type[DomainError]]:
    """Every refusal that can be raised, by its code."""
    own = [each for each in kinds_of(DomainError) if "code" in vars(each)]
    by_code = {each.code: each for each in own}
    assert len(by_code) == len(own), "Two refusals have one code."
    return by_code


def test_every_refusal_is_explained_and_no_other(refusals: dict[str, type[DomainError]]) -> None:
    assert set(sections(PROBLEMS, 3)) == set(refusals)


def test_every_refusal_is_explained_with_its_status_and_whether_to_wait(
    refusals: dict[str, type[DomainError]],
) -> None:
    for code, text in sections(PROBLEMS, 3).items():
        first, kind = text.strip().partition(".")[0], refusals[code].kind
        assert first.startswith(str(int(STATUS_OF[kind]))), code
        assert "`Retry-After`" in first or kind not in {Kind.BUSY, Kind.LIMITED}, code


def test_every_refusal_has_a_constant_title(refusals: dict[str, type[DomainError]]) -> None:
    titles = {each.title for each in refusals.values()}
    assert len(titles) == len(refusals)
    assert {title for title in titles if not re.fullmatch(r"[A-Z].*[^.]", title)} == set()


def test_every_problem_leads_to_its_place_on_the_page(
    refusals: dict[str, type[DomainError]],
) -> None:
    page = Client().get("/api/docs/problems").content.decode()
    assert {code for code in refusals if f'id="{code}"' not in page} == set()


def test_every_event_is_explained_and_no_other() -> None:
    assert set(sections(EVENTS, 2)) == {event.type for event in kinds_of_events()}


def test_every_field_of_an_event_is_explained() -> None:
    explained = sections(EVENTS, 2)
    for event in kinds_of_events():
        own = event.__dataclass_fields__.keys() - Event.__dataclass_fields__.keys()
        assert set(re.findall(r"^\| `(\w+)`", explained[event.type], re.MULTILINE)) == own


# --- Commands and settings ------------------------------------------------------------------------


def test_every_command_is_explained() -> None:
    own = {name for name, app in get_commands().items() if app.startswith("apps.")}
    text = "\n".join(page.read_text() for page in pages())
    assert own - set(re.findall(r"manage\.py (\w+)", text)) == set()


def test_every_target_of_make_is_explained_and_no_other() -> None:
    own = set(re.findall(r"^([a-z-]+):(?!=)", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z-]+)", (DOCS / "development.md").read_text())) == own


def variables(path: Path) -> Iterator[str]:
    """The environment variables that a module of the settings reads: `env.bool("NAME", ...)`."""
    for node in ast.walk(ast.parse(path.read_text())):
        if (
            isinstance(node, ast.Call)
            and ast.unparse(node.func).startswith("env.")
            and isinstance(node.args[0], ast.Constant)
        ):
            yield str(node.args[0].value)


def test_every_environment_variable_is_explained_and_no_other() -> None:
    read = {name for path in sources("config/settings") for name in variables(path)}
    explained = set(re.findall(r"^\| `(\w+)`", CONFIGURATION.read_text(), re.MULTILINE))
    assert explained == read


def test_nothing_but_the_settings_reads_the_environment() -> None:
    readers = [path for path in sources("apps") if re.search(r"\benviron\b", path.read_text())]
    assert readers == []


# --- Links ----------------------------------------------------------------------------------------


def test_every_link_between_pages_leads_to_a_file() -> None:
    broken = [
        f"{page.relative_to(ROOT)}: {link}"
        for page in pages()
        for link in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text())
        if not (page.parent / link).exists()
    ]
    assert broken == []


def test_every_page_that_the_code_names_is_there() -> None:
    texts = [*sources("apps", "config", "scripts", "bench"), *pages(), ROOT / "Makefile"]
    named = {name for text in texts for name in re.findall(PAGE, text.read_text())}
    assert {name for name in named if not (ROOT / name).exists()} == set()


def test_every_decision_has_a_number_of_its_own_and_a_title_that_says_it() -> None:
    decisions = sorted((DOCS / "adr").glob("[0-9]*.md"))
    for number, page in enumerate(decisions, start=1):
        assert page.name.startswith(f"{number:04}-")
        assert page.read_text().startswith(f"# {number}. ")
