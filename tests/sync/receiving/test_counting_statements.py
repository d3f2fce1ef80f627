"""A thousand events cost as many statements as one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from .sender import adjusted, captured, renamed, voided

if TYPE_CHECKING:
    from .sender import Document, Sender

pytestmark = pytest.mark.django_db


def events(count: int) -> list[Document]:
    made = [[captured(), adjusted(1, f"S-{n}"), voided({f"V-{n}": 1})] for n in range(count)]
    return [event for three in made for event in three]


def count(sender: Sender, sent: list[Document], sequence: int) -> int:
    with CaptureQueriesContext(connection) as queries:
        sender.send(*sent, sequence=sequence)
    return len(queries)


def test_a_thousand_events_cost_as_many_statements_as_three(sender: Sender) -> None:
    sender.send(captured(), sequence=1)  # which notes that the token is in use
    few, many = count(sender, events(1), 2), count(sender, events(333), 5)
    assert many == few <= 14


def test_so_do_those_that_are_rejected_known_or_rename_products(sender: Sender) -> None:
    known, strange = events(1), {**captured(), "type": "order.eaten"}
    sender.send(*known, strange, sequence=1)

    def mixed(times: int) -> list[Document]:
        bad = [{**captured(), "version": 9} for _ in range(times)]
        named = [renamed(f"S-{n}", f"T-{n}") for n in range(times)]
        return [*known * times, strange, *bad, *named, *events(times)]

    few, many = count(sender, mixed(1), 5), count(sender, mixed(90), 14)
    assert many == few
