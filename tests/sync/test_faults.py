"""What went wrong on the way is said in plain English, whatever the libraries call it."""

from __future__ import annotations

import errno
import socket
import ssl
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
import requests
from urllib3.connection import HTTPConnection
from urllib3.exceptions import (
    ConnectTimeoutError,
    MaxRetryError,
    NameResolutionError,
    NewConnectionError,
    SSLError,
)

from apps.sync.faults import say_fault
from apps.sync.models import Attempt
from apps.sync.rules import as_sentence
from tests.sync.listening import Peer, Reply
from tests.sync.office import Sender, destination, tell

if TYPE_CHECKING:
    from collections.abc import Iterator

URL = "https://hq.test:8443/api/sync"


@contextmanager
def silent_door() -> Iterator[str]:
    """A port on which somebody listens who never says anything."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"


@contextmanager
def babbling_door() -> Iterator[str]:
    """A port on which somebody answers TLS with nonsense."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def babble() -> None:
            line, _ = server.accept()
            with line:
                line.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                line.recv(1_000)

        thread = threading.Thread(target=babble)
        thread.start()
        yield f"https://127.0.0.1:{server.getsockname()[1]}/"
        thread.join()


def tried(url: str) -> str:
    """What is said of a request that comes to nothing, as `requests` really raises it."""
    with requests.Session() as line:
        line.trust_env = False
        with pytest.raises(requests.RequestException) as raised:
            line.get(url, timeout=(1, 0.2))
    return say_fault(raised.value, url)


def test_nobody_who_listens_is_a_refused_connection() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    where = f"http://127.0.0.1:{port}"
    assert tried(f"{where}/api/sync") == f"Nobody answers at {where} (connection refused)."


def test_one_who_never_answers_is_said_to_be_silent() -> None:
    with silent_door() as url:
        where = url.rstrip("/")
        assert tried(url) == f"{where} took the request, and then said nothing for too long."


def test_one_who_speaks_no_tls_is_said_to() -> None:
    with babbling_door() as url:
        assert tried(url) == f"{url.rstrip('/')} does not speak TLS as it should."


@pytest.mark.parametrize(("reply", "said"), [
    (Reply(is_reset=True), "hung up before it had answered (connection reset)."),
    (Reply(document={"batch_id": "x"}, claims=100), "broke off."),
])  # fmt: skip
@pytest.mark.django_db
def test_a_line_that_breaks_is_said_at_the_attempt(
    sender: Sender, peer: Peer, reply: Reply, said: str
) -> None:
    tell()
    peer.script.extend([reply] * 3)
    sender.run()
    assert {row.detail.endswith(said) for row in Attempt.objects.all()} == {True}
    assert "http://127.0.0.1:" in destination().reason
    assert "Error" not in destination().reason


def new_connection(cause: OSError) -> requests.ConnectionError:
    """As `requests` has it: a pool that gave up, for a reason that was raised from a cause."""
    try:
        wire = HTTPConnection("nobody.example")
        raise NewConnectionError(wire, "Failed to establish a new connection") from cause
    except NewConnectionError as error:
        return requests.ConnectionError(MaxRetryError(None, "/", error))  # type: ignore[arg-type]


def untrusted() -> requests.ConnectionError:
    cause = ssl.SSLCertVerificationError(1, "certificate verify failed")
    cause.verify_message = "self-signed certificate"
    inner = SSLError(cause)
    return requests.exceptions.SSLError(MaxRetryError(None, "/", inner))  # type: ignore[arg-type]


UNKNOWN = NameResolutionError("hq.test", None, socket.gaierror(-2, "not known"))  # type: ignore[arg-type]
SLOW = ConnectTimeoutError(None, "timed out")
RAISED = [
    (requests.ConnectionError(MaxRetryError(None, "/", UNKNOWN)),  # type: ignore[arg-type]
     "The name hq.test is not known to any name server."),
    (untrusted(),
     "The certificate of https://hq.test:8443 is not to be trusted (self-signed certificate)."),
    (requests.ConnectTimeout(MaxRetryError(None, "/", SLOW)),  # type: ignore[arg-type]
     "Nobody answers at https://hq.test:8443 (no connection within some seconds)."),
    (new_connection(OSError(errno.EHOSTUNREACH, "No route to host")),
     "https://hq.test:8443 cannot be reached from here (there is no route to it)."),
    (new_connection(ConnectionRefusedError(111, "Connection refused")),
     "Nobody answers at https://hq.test:8443 (connection refused)."),
    (requests.exceptions.ContentDecodingError("bad"),
     "The request to https://hq.test:8443 came to nothing (ContentDecodingError)."),
]  # fmt: skip


@pytest.mark.parametrize(("error", "said"), RAISED, ids=[said for _, said in RAISED])
def test_what_the_libraries_raise_is_a_sentence(error: Exception, said: str) -> None:
    assert say_fault(error, URL) == said


def test_an_exception_that_holds_itself_has_an_end() -> None:
    error = OSError("x")
    error.args = (error,)
    assert say_fault(error, URL).endswith("(OSError).")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("refused", "refused."),
        ("refused.", "refused."),
        ("refused..", "refused."),
        ("Who?", "Who?"),
    ],
)
def test_a_sentence_ends_once(text: str, sentence: str) -> None:
    assert as_sentence(text) == sentence
