"""Who sent a body is proved over its very bytes, and no header that anybody makes up breaks it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.sync.signing import (
    NotSigned,
    SecretUnusable,
    _signature,
    make_secret,
    read_secret,
    sign,
    verify,
)

VECTOR = json.loads((Path(__file__).parent / "vectors" / "standard_webhooks.json").read_text())
BODY = VECTOR["body"].encode()
SECRET = VECTOR["secret"]
OTHER = "whsec_" + "B" * 40
SIGNED_AT = datetime.fromtimestamp(int(VECTOR["headers"]["webhook-timestamp"]), UTC)
ID = VECTOR["headers"]["webhook-id"]


def is_taken(headers: dict[str, str], body: bytes = BODY, at: datetime = SIGNED_AT) -> bool:
    try:
        verify(headers, body, secrets=[SECRET], now=at)
    except NotSigned:
        return False
    return True


def test_the_signature_is_that_of_the_standard() -> None:
    assert sign(BODY, ID, secrets=[SECRET], now=SIGNED_AT) == VECTOR["headers"]


def test_the_hour_is_signed_whatever_zone_it_is_told_in() -> None:
    in_florida = SIGNED_AT.astimezone(timezone(timedelta(hours=-5)))
    assert sign(BODY, ID, secrets=[SECRET], now=in_florida) == VECTOR["headers"]


def test_what_the_standard_signs_is_taken_and_named() -> None:
    assert verify(VECTOR["headers"], BODY, secrets=["", OTHER, SECRET], now=SIGNED_AT) == ID


def test_both_secrets_sign_and_either_is_enough() -> None:
    headers = sign(BODY, ID, secrets=[OTHER, SECRET], now=SIGNED_AT)
    assert headers["webhook-signature"].count("v1,") == 2
    for secret in (OTHER, SECRET):
        assert verify(headers, BODY, secrets=[secret], now=SIGNED_AT) == ID


def test_a_signature_beside_one_that_does_not_fit_is_found() -> None:
    assert is_taken({**VECTOR["headers"], "webhook-signature": VECTOR["rotation_header"]})


@pytest.mark.parametrize(
    "change",
    [
        {"webhook-id": "another"},
        {"webhook-timestamp": str(int(SIGNED_AT.timestamp()) + 1)},
        {"webhook-signature": sign(BODY, ID, secrets=[OTHER], now=SIGNED_AT)["webhook-signature"]},
    ],
)
def test_a_signature_fits_one_id_one_instant_and_one_secret(change: dict[str, str]) -> None:
    assert not is_taken({**VECTOR["headers"], **change})


def test_one_byte_more_is_another_body() -> None:
    assert not is_taken(VECTOR["headers"], BODY + b" ")


@pytest.mark.parametrize("name", list(VECTOR["headers"]))
def test_without_one_of_the_headers_nothing_is_taken(name: str) -> None:
    assert not is_taken({key: value for key, value in VECTOR["headers"].items() if key != name})


@pytest.mark.parametrize(("off", "taken"), [(-300, True), (-301, False), (300, True), (301, False)])
def test_five_minutes_either_way_are_allowed(off: int, *, taken: bool) -> None:
    assert is_taken(VECTOR["headers"], at=SIGNED_AT + timedelta(seconds=off)) is taken


def test_an_id_cannot_borrow_from_the_time_and_the_body() -> None:
    headers = sign(b"1790000000.{}", "a", secrets=[SECRET], now=SIGNED_AT)
    assert not is_taken({**headers, "webhook-id": "a.1790000000"}, b"{}")


@pytest.mark.parametrize("secrets", [[], [""], ["whsec_"], ["whsec_AAAA"], ["é"]])
def test_who_has_no_usable_secret_has_signed_nothing(secrets: list[str]) -> None:
    with pytest.raises(NotSigned):
        verify(VECTOR["headers"], BODY, secrets=secrets, now=SIGNED_AT)


@pytest.mark.parametrize(
    "signature",
    VECTOR["hostile_headers_that_raise_non_verification_errors_in_standardwebhooks_1_1_0"],
)
def test_hostile_signatures_are_refused_or_read_and_raise_nothing_else(signature: str) -> None:
    fits = VECTOR["headers"]["webhook-signature"] in signature
    assert is_taken({**VECTOR["headers"], "webhook-signature": signature}) is fits


@given(
    headers=st.fixed_dictionaries(
        {
            name: st.one_of(st.just(good), st.text(max_size=30), st.text("0123456789", max_size=12))
            for name, good in VECTOR["headers"].items()
        }
    ),
    body=st.one_of(st.just(BODY), st.binary(max_size=20)),
)
def test_nothing_but_what_was_signed_is_ever_taken(headers: dict[str, str], body: bytes) -> None:
    assert is_taken(headers, body) is ((headers, body) == (VECTOR["headers"], BODY))


@pytest.mark.parametrize("timestamp", ["soon", "1.5", "-1", "+1790000000", "1790000000 "])
def test_a_time_that_is_none_is_refused_even_when_it_was_signed(timestamp: str) -> None:
    signature = _signature(read_secret(SECRET), ID, timestamp, BODY)
    headers = {"webhook-id": ID, "webhook-timestamp": timestamp, "webhook-signature": signature}
    assert not is_taken(headers)


def test_a_secret_that_was_made_is_one() -> None:
    assert len(read_secret(make_secret())) == 32


@pytest.mark.parametrize("text", ["", "whsec_", "hunter2", "whsec_AAAA", "é", "whsec_" + "A" * 99])
def test_what_is_no_secret_is_named_and_never_signed_with(text: str) -> None:
    with pytest.raises(SecretUnusable):
        read_secret(text)
    if text:
        with pytest.raises(SecretUnusable):
            sign(BODY, ID, secrets=[text], now=SIGNED_AT)
