"""Why a request came to nothing, as a sentence for people. Pure."""

from __future__ import annotations

import errno
import socket
import ssl
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

_DEEPEST = 12  # exceptions within exceptions that are looked at
_UNREACHABLE = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN})
# What `requests` and `urllib3` call what they raise, which are imported only by who sends.
_SENTENCES = {
    "NameResolutionError": "The name {host} is not known to any name server.",
    "gaierror": "The name {host} is not known to any name server.",
    "ConnectionRefusedError": "Nobody answers at {where} (connection refused).",
    "ConnectTimeoutError": "Nobody answers at {where} (no connection within some seconds).",
    "ReadTimeoutError": "{where} took the request, and then said nothing for too long.",
    "RemoteDisconnected": "{where} hung up before it had answered.",
    "ConnectionResetError": "{where} hung up before it had answered (connection reset).",
    "BrokenPipeError": "{where} hung up before it had answered (connection reset).",
    "IncompleteRead": "The answer of {where} broke off.",
    "DecodeError": "The answer of {where} cannot be unpacked.",
    "TimeoutError": "{where} said nothing for too long.",
}


def say_fault(error: BaseException, url: str) -> str:
    """What went wrong with a request to that address."""
    parts = urlsplit(url)
    where, host = f"{parts.scheme}://{parts.netloc}", parts.hostname or url
    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"The certificate of {where} is not to be trusted ({cause.verify_message})."
    for cause in causes:
        if isinstance(cause, ssl.SSLError):
            return f"{where} does not speak TLS as it should."
        if _errno_of(cause) in _UNREACHABLE:
            return f"{where} cannot be reached from here (there is no route to it)."
    names = {name for cause in causes for name in _names(cause)}
    for name, sentence in _SENTENCES.items():
        if name in names:
            return sentence.format(where=where, host=host)
    return f"The request to {where} came to nothing ({type(error).__name__})."


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An exception with all that it was made of: what it holds, and what it was raised from."""
    found, waiting = set[int](), [error]
    while waiting and len(found) < _DEEPEST:
        each = waiting.pop(0)
        if id(each) in found:
            continue
        found.add(id(each))
        yield each
        within = (*each.args, getattr(each, "reason", None), each.__cause__, each.__context__)
        waiting.extend(inner for inner in within if isinstance(inner, BaseException))


def _names(error: BaseException) -> Iterator[str]:
    """Its own, and those of the classes that it is one of."""
    return (each.__name__ for each in type(error).__mro__)


def _errno_of(error: BaseException) -> int | None:
    if isinstance(error, OSError) and not isinstance(error, socket.gaierror):
        return error.errno
    return None
