"""What a scanner sends is read as one product code, or refused; never guessed."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.catalog.gtin import (
    FIVE_DIGITS,
    FOUR_DIGITS,
    CodeInvalid,
    ScannedCode,
    check_digit,
    expand_upce,
    has_valid_check,
    normalise,
    read_scan,
    scale_code,
)

with (Path(__file__).parent / "vectors" / "gtin_vectors.csv").open(encoding="utf-8") as file:
    VECTORS = [pytest.param(row, id=row["note"] or row["scan"]) for row in csv.DictReader(file)]


def digits(length: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=length, max_size=length)


def checked(body: str) -> str:
    """The digits with their check digit behind them."""
    return body + check_digit(body)


SYSTEMS = st.sampled_from("01")
FULL_WIDTH = "".join(chr(0xFF10 + int(digit)) for digit in "619947000020")

# The four forms of a UPC-A, without its check digit, that a UPC-E can stand for.
shortened = st.one_of(
    st.builds("{}{}{}0000{}".format, SYSTEMS, digits(2), st.sampled_from("012"), digits(3)),
    st.builds("{}{}{}00000{}".format, SYSTEMS, digits(2), st.sampled_from("3456789"), digits(2)),
    st.builds("{}{}{}00000{}".format, SYSTEMS, digits(3), st.sampled_from("123456789"), digits(1)),
    st.builds(
        "{}{}{}0000{}".format,
        SYSTEMS,
        digits(4),
        st.sampled_from("123456789"),
        st.sampled_from("56789"),
    ),
)


def compress(upca: str) -> str:
    """The UPC-E of a UPC-A, by the table of the GS1 General Specifications."""
    system, maker, item, check = upca[0], upca[1:6], upca[6:11], upca[11]
    if maker[2:] in {"000", "100", "200"} and item <= "00999":
        body = maker[:2] + item[2:] + maker[2]
    elif maker[3:] == "00" and item <= "00099":
        body = maker[:3] + item[3:] + "3"
    elif maker[4] == "0" and item <= "00009":
        body = maker[:4] + item[4] + "4"
    else:
        body = maker + item[4]
    return system + body + check


@pytest.mark.parametrize("vector", VECTORS)
def test_each_published_scan_is_read_as_it_should_be(vector: dict[str, str]) -> None:
    if vector["valid"] == "0":
        with pytest.raises(CodeInvalid):
            read_scan(vector["scan"])
        return
    expected = vector["gtin14"] or scale_code(vector["scan"][:6])
    assert read_scan(vector["scan"]).candidates[0] == expected


@given(body=st.integers(7, 13).flatmap(digits), data=st.data())
def test_a_check_digit_catches_every_single_wrong_digit(body: str, data: st.DataObject) -> None:
    code = checked(body)
    place = data.draw(st.integers(0, len(body)))
    wrong = data.draw(st.sampled_from("0123456789").filter(lambda digit: digit != code[place]))
    assert has_valid_check(code)
    assert not has_valid_check(code[:place] + wrong + code[place + 1 :])


@given(shortened)
def test_a_shortened_upc_expands_to_what_it_was(body: str) -> None:
    upca = checked(body)
    assert expand_upce(compress(upca)) == upca
    assert read_scan(compress(upca)).candidates[0] == f"00{upca}"


@given(digits(11).filter(lambda body: body[0] != "2"))
def test_zeros_in_front_never_change_what_a_upc_means(body: str) -> None:
    upca = checked(body)
    expected = ScannedCode((f"00{upca}",))
    assert read_scan(upca) == read_scan(f"0{upca}") == read_scan(f"00{upca}") == expected


@given(digits(10), st.sampled_from([FOUR_DIGITS, FIVE_DIGITS]))
def test_zeros_in_front_never_change_what_a_scale_label_means(body: str, size: int) -> None:
    label = checked(f"2{body}")
    as_upca = read_scan(label, price_digits=size)
    assert as_upca == read_scan(f"0{label}", price_digits=size)
    assert as_upca == read_scan(f"00{label}", price_digits=size)


@given(digits(7))
def test_zeros_in_front_of_an_ean8_leave_it_the_same_code(body: str) -> None:
    ean8 = checked(body)
    padded = read_scan(f"0000{ean8}").candidates
    assert padded == read_scan(f"]E4{ean8}").candidates == (ean8.zfill(14),)


@given(
    st.text()
    | st.from_regex(r"\A(\][A-Z][0-9])?[0-9]{0,15}\Z")
    | st.from_regex(r"\A01[0-9]{14}.*\Z")
)
def test_any_text_at_all_is_a_code_or_is_refused(text: str) -> None:
    try:
        code = read_scan(text)
    except CodeInvalid:
        return
    assert code.candidates
    assert all(len(gtin) == 14 and gtin.isascii() and gtin.isdigit() for gtin in code.candidates)


@pytest.mark.parametrize(
    "scan",
    [FULL_WIDTH, f"{FULL_WIDTH[0]}19947000020", "٦١٩٩٤٧٠٠٠٠٢٠", "61994700002²", "619947-000020",
     "6199 47000020", "61994700002", "619947000020.0", "+619947000020", "", " ",
     "]E0", "0000000000000000", "619947000020\x00"],
)  # fmt: skip
def test_what_is_not_plain_digits_of_a_known_length_is_refused(scan: str) -> None:
    with pytest.raises(CodeInvalid):
        read_scan(scan)


@pytest.mark.parametrize(
    ("scan", "gtin"),
    [
        ("]E00619947000020", "00619947000020"),
        ("]E0619947000020", "00619947000020"),
        ("]A0619947000020", "00619947000020"),
        ("]E412345670", "00000012345670"),
        ("]I110619947000027", "10619947000027"),
        ("]C101106199470000271727123110LOT1", "10619947000027"),
        ("]d201106199470000271727123110LOT1\x1d21SERIAL", "10619947000027"),
        ("0110619947000027\x1d10LOT1", "10619947000027"),
        (" 619947000020\r\n", "00619947000020"),
    ],
)
def test_the_scanner_s_own_marks_are_taken_off(scan: str, gtin: str) -> None:
    assert read_scan(scan) == ScannedCode((gtin,))


@pytest.mark.parametrize("scan", ["]C10110619947000027", "0110619947000027"])
def test_a_gs1_128_that_carries_the_gtin_alone_is_read_too(scan: str) -> None:
    assert read_scan(scan) == ScannedCode(("10619947000027",))


def test_a_gs1_128_with_a_wrong_check_digit_in_its_gtin_is_refused() -> None:
    with pytest.raises(CodeInvalid, match="check digit"):
        read_scan("01106199470000281727123110LOT1")


def test_eight_digits_that_are_both_upc_e_and_ean8_mean_both_and_upc_e_first() -> None:
    assert read_scan("01234565").candidates == ("00012345000065", "00000001234565")


def test_an_aim_id_says_that_eight_digits_are_an_ean8() -> None:
    assert read_scan("]E401234565").candidates == ("00000001234565",)


def test_eight_digits_of_another_number_system_are_never_taken_for_upc_e() -> None:
    assert read_scan("96385074").candidates == ("00000096385074",)


def test_an_in_store_code_is_a_code_like_any_other() -> None:
    assert read_scan("400000000015") == ScannedCode(("00400000000015",))


@given(item=digits(5), digit=digits(1), cents=st.integers(0, 9_999))
def test_a_scale_label_of_four_digits_carries_its_price(item: str, digit: str, cents: int) -> None:
    scanned = read_scan(checked(f"2{item}{digit}{cents:04d}"))
    assert scanned == ScannedCode((scale_code(f"2{item}"),), price_cents=cents)


@given(item=digits(5), cents=st.integers(0, 99_999))
def test_a_scale_label_of_five_digits_carries_its_price(item: str, cents: int) -> None:
    scanned = read_scan(checked(f"2{item}{cents:05d}"), price_digits=FIVE_DIGITS)
    assert scanned == ScannedCode((scale_code(f"2{item}"),), price_cents=cents)


def test_a_scale_item_is_stored_without_its_price() -> None:
    assert normalise("212345005996") == normalise("212345012994") == scale_code("212345")


@pytest.mark.parametrize(
    "item", ["", "21234", "2123456", "312345", "2\u06612345", "2abcde", "212345\n"]
)
def test_a_scale_item_has_six_digits_and_starts_with_two(item: str) -> None:
    with pytest.raises(CodeInvalid):
        scale_code(item)
