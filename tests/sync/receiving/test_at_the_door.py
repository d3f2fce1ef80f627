"""Who is let in with what: token, scope, signature, size, packing, source."""

from __future__ import annotations

import gzip
import json
import zlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from apps.stores.service_types import Scope
from apps.sync.models import ReceivedBatch, ReceivedFact
from apps.sync.services.receiving.unpacking import unpack
from apps.sync.signing import make_secret
from tests.conftest import NOON
from tests.factories import make_service_token

from .sender import Sender, captured, make_sender, statuses

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.django_db
MIB = 1024 * 1024


def refused(response: Any) -> tuple[int, str]:
    """Status and code of a refusal, which left nothing behind."""
    assert response.headers["Content-Type"] == "application/problem+json"
    assert not ReceivedFact.objects.exists()
    assert not ReceivedBatch.objects.exists()
    return response.status_code, response.json()["code"]


# --- Token and source -----------------------------------------------------------------------------


def test_nobody_sends_without_a_token(sender: Sender) -> None:
    assert refused(sender.post(sender.batch(captured()), Authorization="")) == (
        401,
        "token-required",
    )


def test_a_token_of_nobody_is_refused(sender: Sender) -> None:
    response = sender.post(sender.batch(captured()), Authorization="Bearer thv_x")
    assert refused(response) == (401, "token-invalid")


def test_a_token_without_the_scope_is_refused(sender: Sender) -> None:
    reader = make_service_token(Scope.SYNC_READ, name="Reader", source="miami")
    response = sender.post(sender.batch(captured()), Authorization=f"Bearer {reader}")
    assert refused(response) == (403, "permission-denied")
    assert response.json()["permission"] == "sync:write"


def test_a_source_that_says_it_is_another_is_refused(sender: Sender) -> None:
    make_sender("orlando")
    response = sender.post(sender.batch(captured(), source="orlando"))
    assert refused(response) == (403, "permission-denied")


def test_a_token_of_a_source_without_a_secret_is_refused(sender: Sender) -> None:
    stranger = Sender(make_service_token(name="Naples", source="naples"), sender.secret, "naples")
    response = stranger.post(stranger.batch(captured()))
    assert refused(response) == (403, "signature-invalid")


# --- Signature ------------------------------------------------------------------------------------


@pytest.mark.parametrize("header", ["webhook_id", "webhook_timestamp", "webhook_signature"])
@pytest.mark.parametrize("value", ["", "v1,", "0", "\x7f", "9" * 3_000])
def test_a_body_that_is_not_signed_is_refused(sender: Sender, header: str, value: str) -> None:
    given: dict[str, Any] = {header: value}
    response = sender.post(sender.batch(captured()), **given)
    assert refused(response) == (403, "signature-invalid")


def test_a_body_signed_by_somebody_else_is_refused(sender: Sender) -> None:
    other = make_sender("orlando")
    response = sender.post(sender.batch(captured()), secrets=[other.secret])
    assert refused(response) == (403, "signature-invalid")


def test_a_body_that_was_changed_on_its_way_is_refused_whatever_is_in_it(sender: Sender) -> None:
    response = sender.post(b"not JSON", webhook_signature="v1,QUJD")
    assert refused(response) == (403, "signature-invalid")


@pytest.mark.parametrize("off", [timedelta(minutes=-6), timedelta(minutes=6), timedelta(hours=1)])
def test_a_stale_body_is_refused_and_told_our_time(sender: Sender, off: timedelta) -> None:
    response = sender.post(sender.batch(captured()), at=NOON + off)
    assert refused(response) == (403, "signature-invalid")
    assert response.json()["server_time"] == NOON.isoformat()


# --- Size and packing -----------------------------------------------------------------------------


def test_ten_mebibytes_are_refused(sender: Sender) -> None:
    assert refused(sender.post(b" " * 10 * MIB)) == (413, "batch-too-large")


def test_ten_mebibytes_in_a_small_packet_are_refused(sender: Sender) -> None:
    assert refused(sender.post(b" " * 10 * MIB, packed=True)) == (413, "batch-too-large")


def test_no_more_is_inflated_than_a_byte_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    grown: list[int] = []

    class Watched:
        def __init__(self, wbits: int) -> None:
            self._inflater = zlib_decompressobj(wbits)
            self.eof, self.unused_data = True, b""

        def decompress(self, packed: bytes, most: int) -> bytes:
            text: bytes = self._inflater.decompress(packed, most)
            grown.append(len(text))
            return text

    zlib_decompressobj: Any = zlib.decompressobj
    monkeypatch.setattr(zlib, "decompressobj", Watched)
    with pytest.raises(Exception, match="5 MiB"):
        unpack(bomb(), is_packed=True)
    assert grown == [5 * MIB + 1]


def bomb() -> bytes:
    """A hundred megabytes of blanks in a hundred kilobytes."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join([*(packer.compress(b" " * MIB) for _ in range(100)), packer.flush()])


def packets() -> Iterator[tuple[str, bytes]]:
    body = gzip.compress(json.dumps({"batch_id": "x"}).encode())
    yield "plain", b"{}"
    yield "cut short", body[:-3]
    yield "followed by something", body + b"x"
    yield "followed by another", body + body
    yield "spoilt", body[:12] + b"\xff" * 8 + body[20:]
    yield "deflate", zlib.compress(b"{}")


@pytest.mark.parametrize("body", [pytest.param(body, id=name) for name, body in packets()])
def test_what_is_no_gzip_is_refused(sender: Sender, body: bytes) -> None:
    response = sender.post(body, Content_Encoding="gzip")
    assert refused(response) == (400, "encoding-invalid")


@pytest.mark.parametrize("packing", ["br", "deflate", "gzip, gzip", "zstd", "x-gzip", "\x00"])
def test_another_packing_is_refused(sender: Sender, packing: str) -> None:
    response = sender.post(sender.batch(captured()), Content_Encoding=packing)
    assert refused(response) == (415, "unsupported-media-type")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "json"])
def test_another_type_of_body_is_refused(sender: Sender, kind: str) -> None:
    response = sender.post(sender.batch(captured()), Content_Type=kind)
    assert refused(response) == (415, "unsupported-media-type")


def test_a_second_secret_counts_beside_the_first_and_a_stranger_s_does_not(sender: Sender) -> None:
    second, third = make_secret(), make_secret()
    type(sender.peer).objects.update(second_secret="")
    peer = sender.peer
    peer.second_secret = second
    peer.save(update_fields=["second_secret"])
    for secrets in ([sender.secret], [second], [third, second], [sender.secret, second]):
        response = sender.post(sender.batch(captured()), secrets=secrets)
        assert statuses(response.json()) == ["accepted"]
    assert sender.post(sender.batch(captured()), secrets=[third]).status_code == 403
