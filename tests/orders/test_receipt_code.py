"""A receipt's barcode names its receipt, and a misread one names none."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.orders.receipt_code import number_of, receipt_code
from apps.orders.rules import order_number

NUMBER = "BRW-1-261122-0042"
numbers = st.builds(
    lambda code, till, days, sequence: order_number(
        store_code=code,
        terminal_number=till,
        day=date(2026, 1, 1) + timedelta(days),
        sequence=sequence,
    ),
    code=st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=1, max_size=12),
    till=st.integers(1, 999),
    days=st.integers(0, 3_000),
    sequence=st.integers(1, 99_999),
)


@given(numbers)
def test_a_scan_names_the_receipt_it_was_printed_on(number: str) -> None:
    assert number_of(receipt_code(number)) == number


@given(numbers, st.data())
def test_a_misread_digit_names_no_receipt(number: str, data: st.DataObject) -> None:
    code = receipt_code(number)
    places = [place for place, character in enumerate(code) if character.isdigit()]
    place = data.draw(st.sampled_from(places))
    other = data.draw(st.sampled_from([d for d in "0123456789" if d != code[place]]))
    assert number_of(code[:place] + other + code[place + 1 :]) is None


def test_two_digits_that_changed_places_name_no_receipt() -> None:
    code = receipt_code(NUMBER)
    assert number_of(code.replace("0042", "0024")) is None


def test_a_code_is_its_number_and_two_digits() -> None:
    assert receipt_code(NUMBER) == f"{NUMBER}-94"


@pytest.mark.parametrize("typed", [NUMBER, NUMBER.lower(), f" {NUMBER} "])
def test_a_number_that_is_typed_needs_no_check(typed: str) -> None:
    assert number_of(typed) == NUMBER


def test_what_is_no_receipts_code_comes_back_as_it_is() -> None:
    assert number_of("080686006374") == "080686006374"
