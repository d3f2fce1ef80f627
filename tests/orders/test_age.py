"""The buyer's age is judged on the store's date, and nothing of the document leaves the check."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from apps.orders import errors
from apps.orders.compliance import AGE_RULE, check_age
from apps.orders.types import AgeCheck, AgeCheckRequest, AgeDocument, AgeMethod
from tests.stores.profiles import make_profile

from .cards import BARCODE, BORN, DOCUMENT_NUMBER, EXPIRES, FORMS_OF_DATES, SURNAME, card

if TYPE_CHECKING:
    from apps.core.errors import DomainError

FLORIDA, PANHANDLE = ZoneInfo("America/New_York"), ZoneInfo("America/Chicago")
NOON = datetime(2026, 11, 22, 17, tzinfo=UTC)
TODAY = date(2026, 11, 22)
SCAN = AgeCheckRequest(AgeMethod.SCAN, barcode_data=BARCODE)


def typed(born: date | None = BORN, expires: date | None = EXPIRES) -> AgeCheckRequest:
    return AgeCheckRequest(
        AgeMethod.TYPED,
        document=AgeDocument.PASSPORT,
        date_of_birth=born,
        expires_on=expires,
    )


def check(
    asked: AgeCheckRequest | None,
    *,
    minimum_age: int = 21,
    now: datetime = NOON,
    zone: ZoneInfo = FLORIDA,
) -> AgeCheck | None:
    store = make_profile(zone=zone, timezone=zone.key)
    return check_age(asked, minimum_age=minimum_age, store=store, now=now)


def wall(text: str, zone: ZoneInfo = FLORIDA) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("born", "expires"),
    [
        (date(1850, 1, 1), date(2030, 1, 1)),
        (date(1985, 7, 4), date(2999, 1, 1)),
        (date(1985, 7, 4), date(1985, 7, 4)),
    ],
)
def test_typed_dates_that_no_living_person_carries_are_not_believed(
    born: date, expires: date
) -> None:
    with pytest.raises(errors.AgeCheckUnreadable):
        check(typed(born, expires))


def test_what_asks_for_no_age_needs_no_check() -> None:
    assert check(None, minimum_age=0) is None


def test_a_document_is_not_even_read_where_no_age_is_asked_for() -> None:
    unreadable = AgeCheckRequest(AgeMethod.SCAN, barcode_data="619947000020")
    assert check(unreadable, minimum_age=0) is None


def test_an_age_needs_a_document() -> None:
    with pytest.raises(errors.AgeCheckRequired) as refusal:
        check(None)
    assert refusal.value.facts == {"minimum_age": 21}


@pytest.mark.parametrize("asked", [SCAN, typed()], ids=["scan", "typed"])
def test_a_good_document_leaves_age_method_and_rule_behind(asked: AgeCheckRequest) -> None:
    assert check(asked) == AgeCheck(21, asked.method, AGE_RULE)


def test_the_evidence_has_no_place_for_anything_else() -> None:
    names = {field.name for field in dataclasses.fields(AgeCheck)}
    assert names == {"minimum_age", "method", "rule"}
    assert not hasattr(AgeCheck(21, AgeMethod.SCAN, AGE_RULE), "__dict__")


# --- Birthdays ------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["scan", "typed"])
def test_whoever_turns_21_today_may_buy_and_tomorrow_may_not(method: str) -> None:
    def asked(born: date) -> AgeCheckRequest:
        if method == "scan":
            return AgeCheckRequest(AgeMethod.SCAN, barcode_data=card(born, EXPIRES))
        return typed(born)

    assert check(asked(date(2005, 11, 22)))
    with pytest.raises(errors.AgeCheckUnderage):
        check(asked(date(2005, 11, 23)))


def test_a_birthday_begins_at_midnight_on_the_stores_wall_and_not_in_utc() -> None:
    turns_21 = typed(date(2005, 11, 23))
    evening = wall("2026-11-22T23:59:59")
    assert evening.date() == date(2026, 11, 23)  # in UTC the birthday has come
    with pytest.raises(errors.AgeCheckUnderage):
        check(turns_21, now=evening)
    assert check(turns_21, now=wall("2026-11-23T00:00"))


def test_a_birthday_begins_an_hour_later_in_the_panhandle() -> None:
    turns_21, midnight_in_miami = typed(date(2005, 11, 23)), wall("2026-11-23T00:00")
    with pytest.raises(errors.AgeCheckUnderage):
        check(turns_21, now=midnight_in_miami, zone=PANHANDLE)
    assert check(turns_21, now=wall("2026-11-23T00:00", PANHANDLE), zone=PANHANDLE)


def test_who_is_born_on_29_february_turns_21_on_1_march() -> None:
    leapling = typed(date(2004, 2, 29))
    with pytest.raises(errors.AgeCheckUnderage):
        check(leapling, now=wall("2025-02-28T12:00"))
    assert check(leapling, now=wall("2025-03-01T12:00"))


def test_a_document_is_good_through_its_last_day_on_the_stores_wall() -> None:
    expires_today = typed(expires=TODAY)
    assert check(expires_today, now=wall("2026-11-22T23:59:59"))
    with pytest.raises(errors.AgeCheckExpiredDocument):
        check(expires_today, now=wall("2026-11-23T00:00"))


def test_under_age_weighs_more_than_expired() -> None:
    with pytest.raises(errors.AgeCheckUnderage):
        check(typed(date(2010, 1, 1), date(2020, 1, 1)))


def test_another_age_than_21_is_judged_by_that_age() -> None:
    eighteen = typed(date(2008, 11, 22))
    assert check(eighteen, minimum_age=18) == AgeCheck(18, AgeMethod.TYPED, AGE_RULE)
    with pytest.raises(errors.AgeCheckUnderage):
        check(eighteen, minimum_age=19)


# --- What cannot be read --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("barcode", "outcome"),
    [
        ("", "NOT_AAMVA"),
        ("619947000020", "NOT_AAMVA"),
        (BARCODE.replace("DBB", "XXX"), "MANUAL"),
        (BARCODE.replace("DBA", "XXX"), "MANUAL"),
        (BARCODE + BARCODE, "MANUAL"),
    ],
)
def test_a_scan_that_cannot_be_read_says_what_it_was(barcode: str, outcome: str) -> None:
    with pytest.raises(errors.AgeCheckUnreadable) as refusal:
        check(AgeCheckRequest(AgeMethod.SCAN, barcode_data=barcode))
    assert refusal.value.facts == {"outcome": outcome}


@pytest.mark.parametrize(
    "asked",
    [typed(born=None), typed(expires=None), typed(born=date(2026, 11, 23))],
    ids=["no birth date", "no expiry", "born tomorrow"],
)
def test_a_typed_document_needs_both_dates_and_a_birth_that_has_happened(
    asked: AgeCheckRequest,
) -> None:
    with pytest.raises(errors.AgeCheckUnreadable):
        check(asked)


def test_a_typed_document_says_what_it_is() -> None:
    with pytest.raises(errors.AgeCheckUnreadable):
        check(dataclasses.replace(typed(), document=None))


# --- Nothing is told ------------------------------------------------------------------------------

REFUSED: dict[str, tuple[AgeCheckRequest, dict[str, Any]]] = {
    "underage scan": (SCAN, {"minimum_age": 99}),
    "underage typed": (typed(), {"minimum_age": 99}),
    "expired scan": (SCAN, {"now": datetime(2040, 1, 1, tzinfo=UTC)}),
    "expired typed": (typed(), {"now": datetime(2040, 1, 1, tzinfo=UTC)}),
    "unborn scan": (SCAN, {"now": datetime(1980, 1, 1, tzinfo=UTC)}),
    "unborn typed": (typed(), {"now": datetime(1980, 1, 1, tzinfo=UTC)}),
    "two cards": (AgeCheckRequest(AgeMethod.SCAN, barcode_data=BARCODE * 2), {}),
    "half a document": (typed(expires=None), {}),
}


def told(refusal: DomainError) -> str:
    """All that a refusal could ever show."""
    return " ".join(
        map(repr, (refusal, refusal.detail, refusal.facts, refusal.errors, vars(refusal)))
    )


@pytest.mark.parametrize("case", REFUSED)
def test_a_refusal_carries_nothing_of_the_document(case: str) -> None:
    asked, setting = REFUSED[case]
    with pytest.raises(
        (errors.AgeCheckUnderage, errors.AgeCheckExpiredDocument, errors.AgeCheckUnreadable)
    ) as refusal:
        check(asked, **setting)
    shown = told(refusal.value)
    planted = [*FORMS_OF_DATES, DOCUMENT_NUMBER, SURNAME]
    assert not [text for text in planted if text in shown]
    assert refusal.value.__cause__ is None
    assert refusal.value.__context__ is None


@pytest.mark.parametrize("asked", [SCAN, typed()], ids=["scan", "typed"])
def test_a_request_shows_only_its_method(asked: AgeCheckRequest) -> None:
    assert repr(asked) == str(asked) == f"AgeCheckRequest({asked.method.value})"
