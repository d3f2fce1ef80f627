"""The card reader reads what cards and scanners really send, and fails closed on the rest."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.orders.aamva import (
    MAX_CHARACTERS,
    AgeVerdict,
    IdentityDocument,
    ScanOutcome,
    age_on,
    judge_age,
    read_barcode,
)

# Synthetic cards: every person in them is made up.
VECTORS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "vectors" / "aamva_vectors.json").read_text(encoding="utf-8")
)["vectors"]
VERDICT_NAMES = {
    AgeVerdict.ACCEPTED: "accept",
    AgeVerdict.UNDERAGE: "refuse_underage",
    AgeVerdict.EXPIRED_DOCUMENT: "refuse_expired",
}
TODAY = date(2026, 11, 22)
HEADER = "@\n\x1e\rANSI 636010100102DL00410252ZF02930023"
BORN_1985 = IdentityDocument(date(1985, 7, 4), date(2032, 7, 4))
each_vector = pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
plausible_dates = st.dates(date(1900, 1, 1), date(2099, 12, 31))


def card(*elements: str, header: str = HEADER, subfile: str = "DL") -> str:
    return f"{header}{subfile}" + "\n".join(elements) + "\r"


def outcome_of(raw: str, today: date = TODAY) -> str:
    """What the till does with a scan when 21 years are asked for, in the words of the vectors."""
    reading = read_barcode(raw, today=today)
    if reading.document is None:
        return reading.outcome.lower()
    return VERDICT_NAMES[judge_age(reading.document, minimum_age=21, today=today)]


def birthday_in(born: date, year: int) -> date:
    """The birthday in a year: 1 March for 29 February in a common year."""
    try:
        return born.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


# --- The vectors ----------------------------------------------------------------------------------


def test_the_vectors_hold_every_outcome() -> None:
    outcomes = {vector["expect"]["outcome"] for vector in VECTORS}
    assert outcomes == {*VERDICT_NAMES.values(), "manual", "not_aamva"}


@each_vector
def test_a_vector_gets_its_outcome(vector: dict[str, Any]) -> None:
    today = date.fromisoformat(vector["today"])
    assert outcome_of(vector["raw"], today) == vector["expect"]["outcome"]


@each_vector
def test_a_vector_that_is_read_gives_its_dates(vector: dict[str, Any]) -> None:
    today, expect = date.fromisoformat(vector["today"]), vector["expect"]
    document = read_barcode(vector["raw"], today=today).document
    assert (document is None) == (expect["outcome"] in {"manual", "not_aamva"})
    if document:
        born, expires = document.date_of_birth, document.expires_on
        assert born.isoformat() == expect.get("dob", born.isoformat())
        assert expires.isoformat() == expect.get("expires", expires.isoformat())
        assert age_on(born, today) == expect["age"]


# --- What else cards and scanners do --------------------------------------------------------------


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(card("DBB07041985", "DBA07042032"), id="birth-date-glued-to-the-header"),
        pytest.param(card("DBA07042032", "DBB07041985", subfile="ID"), id="expiry-first-on-an-id"),
        pytest.param(card("DBB07041985   ", "DBA07042032 "), id="trailing-spaces"),
        pytest.param(card("DBB07041985M", "DBA20320704M"), id="new-hampshire-letter"),
        pytest.param(card("DBB07-04-1985", "DBA2032-07-04"), id="north-carolina-hyphens"),
        pytest.param(card("DBB19850704", "DBA07042032"), id="each-date-in-its-own-layout"),
        pytest.param(card("DBB07041985", "DBA07042032", "DBB07041985"), id="said-twice"),
        pytest.param(card("DBB07041985", "DBA07042032", "DBB19850704"), id="said-in-two-layouts"),
        pytest.param(
            card("DBB07041985", "DBA07042032\rIDDBB07041985", "DBA07042032"), id="dl-and-id"
        ),
        pytest.param(card("DCS" + "X" * 4000, "DBB07041985", "DBA07042032"), id="endless-name"),
        pytest.param(card("DAQDLDBB01011950", "DBB07041985", "DBA07042032"), id="decoy-behind-dl"),
        pytest.param(card("DBB07041985", "DCFIDDBB01011950", "DBA07042032"), id="decoy-behind-id"),
        pytest.param(card("DCSDLDBA", "DBB07041985", "DBA07042032"), id="id-in-the-first-name"),
        pytest.param(card("dbb01011950", "DBB07041985", "DBA07042032"), id="lower-case-decoy"),
        pytest.param(
            card("DBB07041985", "DBA07042032", header="@\nANSI 63600403DL"), id="no-entry-count"
        ),
        pytest.param(
            card("DAQ1", "DBB07041985", "DBA07042032", header="ANSI 636015110002DL9999----"),
            id="version-11-nonsense-offsets",
        ),
        pytest.param(
            card("DAQ1\x85", "\x9eDBB07041985\x80", "DBA07042032\x00\x00"), id="noise-and-nul"
        ),
        pytest.param(
            card("DAQ1", "DBB07041985", "DBA07042032").replace("\n", "\x1e"), id="only-rs"
        ),
        pytest.param(f"{HEADER}\rDLDBB07041985\rDBA07042032", id="subfile-on-a-line-of-its-own"),
        pytest.param(f"{HEADER}\rIDIDDBB07041985\rDBA07042032", id="type-twice-on-that-line"),
        pytest.param(card("DBB07041985", "DBA07042032", subfile="DLDLDL"), id="type-three-times"),
    ],
)
def test_a_card_is_read_in_spite_of_its_quirks(raw: str) -> None:
    assert read_barcode(raw, today=TODAY).document == BORN_1985


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(card("DBB07041985", "DBA07042032", "DBB07041958"), id="two-birth-dates"),
        pytest.param(card("DBB07041985", "DBA07042032", "DBA07042024"), id="two-expiry-dates"),
        pytest.param(card("DBB07041985", "DBA07042032", "DBB"), id="second-birth-date-empty"),
        pytest.param(
            card("DBB07041985", "DBA07042032\rIDDBB07042007", "DBA07042032"), id="dl-against-id"
        ),
        pytest.param(card("DBA07042032", "DCFDBB07041985"), id="birth-date-only-as-a-decoy"),
        pytest.param(card("DBB07041985", "DCSDBA07042032"), id="expiry-only-as-a-decoy"),
        pytest.param(card("dbb07041985", "dba07042032"), id="lower-case-ids"),
        pytest.param(card(" DBB07041985", "DBA07042032"), id="id-not-at-line-start"),
        pytest.param(card("DBB07041985DBA07042032"), id="separator-lost"),
        pytest.param(card("DBB07041985 DBA07042032"), id="space-for-separator"),
        pytest.param(card("DBB07041985", "DBANONE"), id="never-expires"),
        pytest.param(card("DBB0704198", "DBA07042032"), id="birth-date-a-digit-short"),
        pytest.param(card("DBB070419855", "DBA07042032"), id="birth-date-a-digit-long"),
        pytest.param(card("DBB07041985", "DBA0704203"), id="expiry-a-digit-short"),
        pytest.param(card("DBB0704\x001985", "DBA07042032"), id="nul-inside-a-date"),
        pytest.param(card("DBB07041985MN", "DBA07042032"), id="two-letters-behind-a-date"),
        pytest.param(card("DBB 07041985", "DBA07042032"), id="space-before-a-date"),
        pytest.param(card("DBB7-4-1985", "DBA07042032"), id="months-without-zero"),
        pytest.param(card("DBB07-041985", "DBA07042032"), id="one-hyphen"),
        pytest.param(card("DBB13131985", "DBA07042032"), id="month-thirteen"),
        pytest.param(card("DBB02292005", "DBA07042032"), id="no-leap-year"),
        pytest.param(card("DBB01011899", "DBA07042032"), id="year-1899"),
        pytest.param(card("DBB01011985", "DBA01012100"), id="year-2100"),
        pytest.param(card("DBB11232026", "DBA07042032"), id="born-tomorrow"),
        pytest.param(
            card("DBB\u0660\u0667041985", "DBA07042032"),
            id="digits-not-ascii",
        ),
        pytest.param(card("DBB07041985") + card("DAQ2", "DBA07042032"), id="two-cards"),
        pytest.param(HEADER, id="header-alone"),
    ],
)
def test_a_card_that_is_damaged_or_contradicts_itself_is_left_to_a_person(raw: str) -> None:
    reading = read_barcode(raw, today=TODAY)
    assert (reading.outcome, reading.document) == (ScanOutcome.MANUAL, None)


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param("", id="empty"),
        pytest.param(" \r\n", id="blank"),
        pytest.param("00619947000020", id="gtin"),
        pytest.param("%BCSAMPLETOWN^SAMPLE,ALEX^1 EXAMPLE ST^?;6360281=3207198507040=?", id="bc"),
        pytest.param("DBB07041985\nDBA07042032\r", id="elements-without-a-header"),
        pytest.param("ANSI standard\nDBB07041985\nDBA07042032", id="header-without-an-issuer"),
        pytest.param("x" * 65 + card("DBB07041985", "DBA07042032"), id="card-behind-other-text"),
        pytest.param(card("DBB07041985", "DBA07042032").lower(), id="lower-case"),
        pytest.param(
            card("DBB07041985", "DBA07042032").ljust(MAX_CHARACTERS + 1), id="longer-than-any-card"
        ),
    ],
)
def test_what_is_no_card_is_told_apart(raw: str) -> None:
    reading = read_barcode(raw, today=TODAY)
    assert (reading.outcome, reading.document) == (ScanOutcome.NOT_AAMVA, None)


def test_the_longest_text_allowed_is_still_read() -> None:
    longest = card("DBB07041985", "DBA07042032").ljust(MAX_CHARACTERS, "\n")
    assert read_barcode(longest, today=TODAY).document == BORN_1985


def test_a_birth_date_of_today_is_not_in_the_future() -> None:
    assert outcome_of(card("DBB11222026", "DBA07042032")) == "refuse_underage"


@given(
    born=st.dates(date(1907, 1, 1), TODAY),
    expires=st.dates(TODAY + timedelta(days=1), date(2099, 12, 31)),
)
def test_either_layout_gives_the_same_dates(born: date, expires: date) -> None:
    american = card(f"DBB{born:%m%d%Y}", f"DBA{expires:%m%d%Y}")
    canadian = card(f"DBB{born:%Y%m%d}", f"DBA{expires:%Y%m%d}")
    reading = read_barcode(american, today=TODAY)
    assert reading.document == IdentityDocument(born, expires)
    assert read_barcode(canadian, today=TODAY) == reading


@pytest.mark.parametrize(
    ("born", "expires"),
    [
        ("11221905", "07042032"),  # 121 today
        ("07041850", "07042032"),
        ("07041985", "07042127"),
        ("07041985", "07041985"),
        ("07041985", "07041984"),
    ],
)
def test_dates_that_no_living_person_carries_are_not_believed(born: str, expires: str) -> None:
    assert outcome_of(card(f"DBB{born}", f"DBA{expires}")) == "manual"


# --- The age decision -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("born", "today", "age"),
    [
        pytest.param(date(2005, 11, 22), TODAY, 21, id="birthday"),
        pytest.param(date(2005, 11, 23), TODAY, 20, id="day-before-birthday"),
        pytest.param(date(2004, 2, 29), date(2025, 2, 28), 20, id="leap-day-on-28-february"),
        pytest.param(date(2004, 2, 29), date(2025, 3, 1), 21, id="leap-day-on-1-march"),
        pytest.param(date(2004, 2, 29), date(2028, 2, 29), 24, id="leap-day-in-a-leap-year"),
        pytest.param(TODAY, TODAY, 0, id="born-today"),
    ],
)
def test_an_age_counts_full_years(born: date, today: date, age: int) -> None:
    assert age_on(born, today) == age


@given(born=plausible_dates, years=st.integers(min_value=1, max_value=120))
def test_an_age_rises_on_the_birthday_and_not_a_day_before(born: date, years: int) -> None:
    birthday = birthday_in(born, born.year + years)
    assert age_on(born, birthday) == years
    assert age_on(born, birthday - timedelta(days=1)) == years - 1


@pytest.mark.parametrize(
    ("born", "expires", "verdict"),
    [
        pytest.param(date(2005, 11, 22), TODAY, AgeVerdict.ACCEPTED, id="both-just-in-time"),
        pytest.param(date(2005, 11, 23), TODAY, AgeVerdict.UNDERAGE, id="a-day-too-young"),
        pytest.param(
            date(2005, 11, 22), date(2026, 11, 21), AgeVerdict.EXPIRED_DOCUMENT, id="a-day-too-late"
        ),
        pytest.param(
            date(2005, 11, 23), date(2026, 11, 21), AgeVerdict.UNDERAGE, id="young-before-expired"
        ),
    ],
)
def test_a_verdict_turns_on_the_exact_day(born: date, expires: date, verdict: AgeVerdict) -> None:
    document = IdentityDocument(born, expires)
    assert judge_age(document, minimum_age=21, today=TODAY) is verdict


def test_the_minimum_age_is_the_callers() -> None:
    eighteen = IdentityDocument(date(2008, 11, 22), TODAY)
    assert judge_age(eighteen, minimum_age=18, today=TODAY) is AgeVerdict.ACCEPTED
    assert judge_age(eighteen, minimum_age=19, today=TODAY) is AgeVerdict.UNDERAGE
