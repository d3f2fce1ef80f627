"""Names, phones and e-mails have one form each in which they are kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.customers.errors import ContactInvalid
from apps.customers.rules import (
    mask_email,
    mask_phone,
    normalise_email,
    normalise_name,
    normalise_phone,
)


@pytest.mark.parametrize(
    "typed",
    ["561-555-0142", "(561) 555 0142", "5615550142", "1 561 555 0142", "+1-561-555-0142"],
)
def test_one_number_is_kept_one_way_however_it_was_typed(typed: str) -> None:
    assert normalise_phone(typed) == "+15615550142"


def test_a_number_of_another_country_keeps_its_country() -> None:
    assert normalise_phone("+44 20 7946 0018") == "+442079460018"


@pytest.mark.parametrize(
    "typed", ["555-0143", "25615550142", "56155501٤2", "call me", "+12", "++1"]
)
def test_what_is_no_phone_number_is_refused_without_being_repeated(typed: str) -> None:
    with pytest.raises(ContactInvalid) as refusal:
        normalise_phone(typed)
    assert typed not in refusal.value.detail
    assert refusal.value.errors[0].pointer == "/phone"


@given(st.from_regex(r"[2-9][0-9]{9}", fullmatch=True), st.sampled_from(["", " ", "-", "."]))
def test_a_kept_number_is_its_own_form(digits: str, gap: str) -> None:
    kept = normalise_phone(f"{digits[:3]}{gap}{digits[3:6]}{gap}{digits[6:]}")
    assert kept == f"+1{digits}" == normalise_phone(kept)


def test_an_email_is_kept_in_small_letters() -> None:
    assert normalise_email(" Ada.Quill@Example.COM ") == "ada.quill@example.com"


@pytest.mark.parametrize(
    "typed", ["ada", "ada@", "@example.com", "ada@example", "a b@example.com", "a@b@example.com"]
)
def test_what_is_no_email_is_refused(typed: str) -> None:
    with pytest.raises(ContactInvalid):
        normalise_email(typed)


def test_a_contact_may_be_left_out_and_a_name_may_not() -> None:
    assert (normalise_phone(" "), normalise_email("")) == ("", "")
    with pytest.raises(ContactInvalid):
        normalise_name(" \t ")


def test_a_masked_contact_shows_enough_to_recognise_and_no_more() -> None:
    assert mask_phone("+15615550142") == "…0142"
    assert mask_email("ada@example.com") == "a…@example.com"
    assert (mask_phone(""), mask_email("")) == ("", "")
