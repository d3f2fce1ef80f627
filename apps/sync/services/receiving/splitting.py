"""The events of a batch that is not JSON as a whole, each by itself.

One event may be nested too deeply to be read, hold a lone surrogate or `NaN`, or bytes that are no
UTF-8. As long as quotes and brackets are in order, the others of its batch can be told apart from
it. Only a body that cannot be read is gone through in this way: once, from its first byte to its
last, whatever stands in it.
"""

from __future__ import annotations

import re

from apps.sync.errors import BatchTooLarge
from apps.sync.types import MAX_EVENTS

_TEXT = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_PLAIN = rb'[^"\[\]{}]++|' + _TEXT  # neither opens nor closes anything
_FLAT = rb"[\[{](?:%b)*+[\]}]" % _PLAIN  # a list or an object that has none in it
_EVENTS = rb'"events"\s*+:\s*+\['

_HEAD = re.compile(
    rb"(?:(?!%b)(?:%b|%b))*+(%b|[\[\]{}])" % (_EVENTS, _PLAIN, _FLAT, _EVENTS), re.DOTALL
)
_EVENT = re.compile(rb'(?:[^"\[\]{},]++|%b|%b)*+([\[\]{},])' % (_TEXT, _FLAT), re.DOTALL)
_BRACKETS = re.compile(rb"(?:%b|%b)*+([\[{]++|[\]}]++)" % (_PLAIN, _FLAT), re.DOTALL)
_OPENING = b"[{"


def split_events(body: bytes) -> tuple[bytes, list[bytes]] | None:
    """The body with an empty list of events, and its events as they came.

    None where it has no list of events, or the list does not end.

    Raises:
        BatchTooLarge: it has more than 1,000 events.
    """
    place = begins = first = _find_list(body)
    events: list[bytes] = []
    while place and (found := _EVENT.match(body, place)):
        mark, place = found.group(1), found.end()
        if mark in _OPENING:
            place = _end_of(body, place)
        elif mark == b"}":
            break
        else:
            events.append(body[first : found.start(1)].strip())
            first = place
            refuse_many(len(events))
        if mark == b"]":
            return body[:begins] + body[found.start(1) :], [] if events == [b""] else events
    return None


def refuse_many(count: int) -> None:
    """Refuse more events than a batch may have.

    Raises:
        BatchTooLarge: they are more than 1,000.
    """
    if count > MAX_EVENTS:
        raise BatchTooLarge(f"A batch may have {MAX_EVENTS:,} events. Send fewer at a time.")


def _find_list(body: bytes) -> int:
    """Where the list of events begins; 0 where there is none."""
    start = body.find(b"{") + 1
    place = 0 if body[: start - 1].strip() else start
    while place and (found := _HEAD.match(body, place)):
        mark, place = found.group(1), found.end()
        if mark.startswith(b'"'):
            return place
        place = _end_of(body, place) if mark in _OPENING else 0
    return 0


def _end_of(body: bytes, place: int) -> int:
    """Behind the bracket that closes the one before this place; 0 where none does."""
    depth = 1
    while found := _BRACKETS.match(body, place):
        marks, place = found.group(1), found.end()
        if marks[:1] in _OPENING:
            depth += len(marks)
        elif len(marks) < depth:
            depth -= len(marks)
        else:
            return found.start(1) + depth
    return 0
