"""The events of a batch that is not JSON as a whole, each by itself.

One event may be nested too deeply to be read, hold a lone surrogate or `NaN`, or bytes that are no
UTF-8. As long as quotes and brackets are in order, the others of its batch can be told apart from
it. Only a body that cannot be read is gone through in this way.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_TOKENS = 1_000_000  # some three times what a thousand sales have
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*+"|[{}\[\],]', re.DOTALL)  # a whole text, or a mark
_STEP = {b"{": 1, b"[": 1, b"}": -1, b"]": -1}
_ENDS = {b",", b"]"}


def split_events(body: bytes) -> tuple[bytes, list[bytes]] | None:
    """The body with an empty list of events, and its events as they came.

    None where it has no list of events, the list does not end, or there is too much of it.
    """
    tokens = islice(_TOKEN.finditer(body), MOST_TOKENS)
    begins = first = _find_list(tokens)
    depth, events = 0, []
    for token in tokens:
        mark = token.group()
        if depth == 0 and mark in _ENDS:
            events.append(body[first : token.start()].strip())
            first = token.end()
            if mark == b"]":
                return body[:begins] + body[token.start() :], [] if events == [b""] else events
        depth += _STEP.get(mark, 0)
    return None


def _find_list(tokens: Iterator[re.Match[bytes]]) -> int:
    """Where the list of events begins; the tokens before it are used up."""
    depth, before = 0, b""
    for token in tokens:
        mark = token.group()
        if depth == 1 and mark == b"[" and before == b'"events"':
            return token.end()
        before = mark
        depth += _STEP.get(mark, 0)
    return 0
