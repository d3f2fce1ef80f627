"""Asking a head office over HTTP: what is no catalog is refused with what to do about it."""

from __future__ import annotations

import gzip
import json
import socket

import pytest

from apps.sync import head_office
from apps.sync.errors import HeadOfficeRefuses, HeadOfficeSilent
from apps.sync.head_office import HeadOffice

from .offices import TOKEN, Answer, Office, page_of, snapshot

LINE = {"kind": "delete", "product": {"id": 1, "sku": "X"}}
PROBLEM = {"Content-Type": "application/problem+json"}


def reader(line: Office, store: str = "") -> HeadOffice:
    return HeadOffice(line.url, TOKEN, store)


def changes(line: Office, *answers: Answer) -> object:
    line.answers += answers
    return reader(line).changes(since="1..1")


def test_it_asks_with_its_token_its_cursor_and_its_store(line: Office) -> None:
    line.say(page_of(LINE))
    assert reader(line, "MIA").changes(since="1..1")["changes"] == [LINE]
    ((path, query, headers),) = line.asked
    assert path == "/api/v1/catalog/changes"
    assert query == {"since": ["1..1"], "limit": ["200"], "store": ["MIA"]}
    assert headers["Authorization"] == f"Bearer {TOKEN}"


def test_a_netrc_of_the_machine_never_takes_the_place_of_the_token(
    line: Office, tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = f"{tmp_path}/netrc"
    with open(netrc, "w") as file:  # noqa: PTH123 - a path as the environment has it
        file.write("machine 127.0.0.1 login ana password secret\n")
    monkeypatch.setenv("NETRC", netrc)
    line.say(page_of())
    reader(line).changes(since="1..1")
    assert line.asked[0][2]["Authorization"] == f"Bearer {TOKEN}"


def test_its_token_is_in_no_log(line: Office) -> None:
    assert TOKEN not in repr(reader(line))


@pytest.mark.parametrize(
    ("status", "sentence"),
    [(401, "Ask an owner there for a new one"), (403, "catalog:read"), (404, "code of the store")],
)
def test_a_refusal_says_what_to_do_and_what_the_head_office_said(
    line: Office, status: int, sentence: str
) -> None:
    body = json.dumps({"detail": "Because of the moon."}).encode()
    with pytest.raises(HeadOfficeRefuses, match=sentence) as refused:
        changes(line, Answer(body, status, PROBLEM))
    assert "It says: Because of the moon." in refused.value.detail


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_a_head_office_in_trouble_is_tried_again(line: Office, status: int) -> None:
    with pytest.raises(HeadOfficeSilent, match=str(status)):
        changes(line, Answer(b"<html>", status))


def test_a_redirect_is_not_followed_with_the_token(line: Office) -> None:
    with pytest.raises(HeadOfficeRefuses, match="leads on to https://elsewhere"):
        changes(line, Answer(b"", 302, {"Location": "https://elsewhere.example"}))
    assert len(line.asked) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"<html>Welcome</html>",
        b"[]",
        b"{}",
        b'{"changes": [], "cursor": 7, "reset": false}',
        b'{"changes": [], "cursor": "1..1", "reset": false, "renames": 7}',
        b'{"changes": [], "cursor": "' + b"9" * 101 + b'", "reset": false}',
        b"\xff",
    ],
)
def test_what_is_no_catalog_is_refused(line: Office, body: bytes) -> None:
    with pytest.raises(HeadOfficeRefuses, match="is no catalog"):
        changes(line, Answer(body))


@pytest.mark.parametrize(
    "answer",
    [
        Answer(b"{", promised=100),
        Answer(b"garbage", headers={"Content-Encoding": "gzip"}),
    ],
    ids=["broken off", "not packed"],
)
def test_half_an_answer_is_none(line: Office, answer: Answer) -> None:
    with pytest.raises(HeadOfficeSilent):
        changes(line, answer)


def test_nobody_at_that_address_is_said() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(HeadOfficeSilent, match="no connection"):
        HeadOffice(f"http://127.0.0.1:{port}", TOKEN).changes(since="1..1")


def test_an_answer_without_end_is_cut_off_before_it_fills_the_memory(
    line: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(head_office, "MOST_BYTES_OF_CHANGES", 2**20)
    bomb = gzip.compress(b" " * 2**24)
    with pytest.raises(HeadOfficeRefuses, match="more than 1 MB"):
        changes(line, Answer(bomb, headers={"Content-Encoding": "gzip"}))


# --- Snapshots ------------------------------------------------------------------------------------


def test_a_snapshot_is_read_line_by_line(line: Office) -> None:
    line.say_all(LINE, LINE)
    snapshot = reader(line).snapshot()
    assert (snapshot.cursor, snapshot.count) == ("9.aaaaaaaa.1", 2)
    assert list(snapshot.lines()) == [LINE, LINE]
    snapshot.close()


@pytest.mark.parametrize(
    "body",
    [
        snapshot(LINE, LINE, cursor="1..1", ends=False),
        snapshot(LINE, LINE, cursor="1..1", count=3),
        snapshot(LINE, cursor="1..1")[:-1],
        snapshot(cursor="1..1", ends=False),
    ],
)
def test_a_snapshot_that_was_cut_short_is_not_believed(line: Office, body: bytes) -> None:
    line.answers.append(Answer(body))
    with pytest.raises(HeadOfficeSilent, match="cut short"):
        reader(line).snapshot()


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]\n[]\n", b'{"kind": "start"}\n{"count": 0}\n']
)
def test_what_is_no_snapshot_is_refused(line: Office, body: bytes) -> None:
    line.answers.append(Answer(body))
    with pytest.raises(HeadOfficeRefuses, match="is no catalog"):
        reader(line).snapshot()
