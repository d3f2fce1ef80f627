"""Whatever a scanner sends, the card reader invents no date, loses no caution and tells nothing."""

from __future__ import annotations

import json
import pprint
from dataclasses import fields
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.orders.aamva import (
    AgeVerdict,
    IdentityDocument,
    ScanOutcome,
    ScanReading,
    judge_age,
    read_barcode,
)

VECTORS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "vectors" / "aamva_vectors.json").read_text(encoding="utf-8")
)["vectors"]
TODAY = date(2026, 11, 22)
HEADER = "@\n\x1e\rANSI 636010100102DL00410252ZF02930023DL"
each_vector = pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])


def forms(day: date) -> list[str]:
    """The ways in which a card may write a date."""
    return [day.strftime(form) for form in ("%m%d%Y", "%Y%m%d", "%m-%d-%Y", "%Y-%m-%d")]


def a_date(first: date, last: date) -> st.SearchStrategy[str]:
    return st.dates(first, last).flatmap(lambda day: st.sampled_from(forms(day)))


def read_vector(vector: dict[str, Any], raw: str) -> ScanReading:
    return read_barcode(raw, today=date.fromisoformat(vector["today"]))


any_date = a_date(date(1890, 1, 1), date(2110, 12, 31))
fragments = st.one_of(
    st.sampled_from(["DBB", "DBA", "DCF", "DLDBB", "IDDBA", "DDEN", "ZF", "ANSI 636010", HEADER]),
    st.sampled_from(["\n", "\r", "\x1e", "|", "\x85", "\x00", " ", "M", "-"]),
    any_date,
    st.text(max_size=6),
)


@st.composite
def card_like_texts(draw: st.DrawFn) -> str:
    """Both dates, good or bad, among fragments of cards and plain text, on lines in any order."""
    lines = draw(st.lists(st.lists(fragments, max_size=3).map("".join), max_size=3))
    lines += ["DBB" + draw(any_date), "DBA" + draw(any_date)]
    separator = draw(st.sampled_from(["\n", "\r\n", "|", "\x1e", " "]))
    return HEADER + separator.join(draw(st.permutations(lines)))


noises = st.text(st.characters(exclude_categories=("Lu", "Nd", "Cs")), max_size=20)
plain_elements = st.sampled_from(
    ["DAQS19800101", "DCSSAMPLE", "DBC1", "DBD01152024", "DAG19800101 AVE", "DCFDBB01011950"]
)


@st.composite
def underage_cards(draw: st.DrawFn) -> str:
    """A well-formed, current card of somebody under 21, with its elements in any order."""
    twentieth_birthday = TODAY - timedelta(days=20 * 365)
    elements = draw(st.lists(plain_elements, max_size=6))
    elements.append("DBB" + draw(a_date(twentieth_birthday, TODAY)))
    elements.append("DBA" + draw(a_date(TODAY, date(2040, 1, 1))))
    return HEADER + "\n".join(draw(st.permutations(elements))) + "\r"


def is_accepted(raw: str) -> bool:
    document = read_barcode(raw, today=TODAY).document
    if document is None:
        return False
    return judge_age(document, minimum_age=21, today=TODAY) is AgeVerdict.ACCEPTED


# --- No date is invented --------------------------------------------------------------------------


@given(raw=st.one_of(st.text(), card_like_texts()))
def test_a_document_has_only_dates_that_the_text_holds(raw: str) -> None:
    reading = read_barcode(raw, today=TODAY)
    assert (reading.document is not None) == (reading.outcome is ScanOutcome.READ)
    if reading.document:
        assert any("DBB" + form in raw for form in forms(reading.document.date_of_birth))
        assert any("DBA" + form in raw for form in forms(reading.document.expires_on))
        assert reading.document.date_of_birth <= TODAY


@given(raw=underage_cards(), other=st.dates(date(1900, 1, 1), date(2000, 1, 1)))
def test_a_second_birth_date_never_makes_anybody_older(raw: str, other: date) -> None:
    assert not is_accepted(f"{raw}DBB{other:%m%d%Y}\r")


# --- No caution is lost ---------------------------------------------------------------------------


@each_vector
def test_losing_the_end_of_a_text_gives_the_same_document_or_none(vector: dict[str, Any]) -> None:
    raw = vector["raw"]
    whole = read_vector(vector, raw).document
    for end in range(len(raw)):
        assert read_vector(vector, raw[:end]).document in {whole, None}


@each_vector
def test_losing_any_one_character_gives_the_same_document_or_none(vector: dict[str, Any]) -> None:
    raw = vector["raw"]
    whole = read_vector(vector, raw).document
    for lost in range(len(raw)):
        assert read_vector(vector, raw[:lost] + raw[lost + 1 :]).document in {whole, None}


@given(raw=underage_cards(), lost=st.integers(min_value=0, max_value=300))
def test_nobody_under_age_is_accepted_however_much_of_the_end_is_lost(raw: str, lost: int) -> None:
    assert not is_accepted(raw[: max(0, len(raw) - lost)])


@given(raw=underage_cards(), noise=noises, lost=st.integers(min_value=0, max_value=300))
def test_nobody_under_age_is_accepted_when_noise_replaces_the_end(
    raw: str, noise: str, lost: int
) -> None:
    assert not is_accepted(raw[: max(0, len(raw) - lost)] + noise)


# --- Nothing is told ------------------------------------------------------------------------------


def test_a_document_holds_two_dates_and_nothing_else_of_a_person() -> None:
    names = [field.name for field in fields(IdentityDocument)]
    assert names == ["date_of_birth", "expires_on"]
    assert not hasattr(IdentityDocument(TODAY, TODAY), "__dict__")


@given(born=any_date, expires=any_date)
def test_a_reading_shows_no_digit_of_a_date(born: str, expires: str) -> None:
    reading = read_barcode(f"{HEADER}DBB{born}\nDBA{expires}\r", today=TODAY)
    shown = [repr(reading), str(reading), f"{reading.document}", pprint.pformat(reading)]
    assert not any(character.isdigit() for character in "".join(shown))


@each_vector
def test_a_reading_shows_nothing_of_the_card(vector: dict[str, Any]) -> None:
    shown = repr(read_vector(vector, vector["raw"]))
    values = [line[3:].strip() for line in vector["raw"].splitlines()]
    assert not [value for value in values if len(value) > 1 and value in shown]
