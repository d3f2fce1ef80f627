"""A long list is walked page by page, and no row is seen twice or passed over."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from apps.core.errors import ValidationFailed
from apps.core.models import IdempotencyRecord
from apps.core.pagination import KeyPagination

if TYPE_CHECKING:
    from datetime import datetime

pytestmark = pytest.mark.django_db


class Shelf:
    """Rows to walk over, and the pages that a view would answer with."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def add(self, count: int) -> set[int]:
        """Insert rows; their primary keys."""
        start = IdempotencyRecord.objects.count()
        rows = [
            IdempotencyRecord(
                scope="shelf", key=f"{start + number:04d}", status=201, created_at=self.now
            )
            for number in range(count)
        ]
        return {row.pk for row in IdempotencyRecord.objects.bulk_create(rows)}

    def page(
        self, url: str = "/rows", ordering: str | tuple[str, ...] = "pk", **query: Any
    ) -> dict[str, Any]:
        """The page at an address: its rows' primary keys, and the addresses beside it."""
        request = Request(APIRequestFactory().get(url, query or None))
        pagination = KeyPagination()
        pagination.ordering = ordering
        rows = pagination.paginate_queryset(IdempotencyRecord.objects.all(), request)
        document: dict[str, Any] = pagination.get_paginated_response(
            [row.pk for row in rows or ()]
        ).data
        return document


@pytest.fixture
def shelf(now: datetime) -> Shelf:
    return Shelf(now)


def cursor_at(position: str) -> str:
    return base64.b64encode(f"p={position}".encode()).decode()


@pytest.mark.parametrize(("limit", "rows"), [("1", 1), ("200", 200), ("007", 7), (None, 50)])
def test_a_page_has_as_many_rows_as_were_asked_for_and_50_by_default(
    shelf: Shelf, limit: str | None, rows: int
) -> None:
    shelf.add(201)
    query = {} if limit is None else {"limit": limit}
    assert len(shelf.page(**query)["results"]) == rows


@pytest.mark.parametrize(
    "limit",
    ["0", "201", "-1", "+5", "1.5", "1e2", "", " 5", "five", "\u0665", "²", "9" * 5000, "00", "1_0",
     "00501", "0001000000", "0001" + "0" * 5000],
)  # fmt: skip
def test_any_other_limit_is_refused(shelf: Shelf, limit: str) -> None:
    with pytest.raises(ValidationFailed) as refusal:
        shelf.page(limit=limit)
    assert [error.pointer for error in refusal.value.errors] == ["/limit"]


@pytest.mark.parametrize(
    "cursor",
    ["rubbish", "é", "bz0tMQ==", cursor_at("1")[:-3],
     "%%%", "="],
)  # fmt: skip
def test_a_cursor_that_was_never_given_out_is_refused(shelf: Shelf, cursor: str) -> None:
    shelf.add(1)
    with pytest.raises(ValidationFailed) as refusal:
        shelf.page(cursor=cursor)
    assert [error.pointer for error in refusal.value.errors] == ["/cursor"]


@pytest.mark.parametrize("ordering", ["pk", "created_at"])
def test_a_cursor_that_points_at_no_possible_row_is_refused(shelf: Shelf, ordering: str) -> None:
    with pytest.raises(ValidationFailed):
        shelf.page(cursor=cursor_at("rubbish"), ordering=ordering)


@pytest.mark.parametrize("ordering", ["pk", "-pk", "key", "-key"])
def test_walking_on_visits_every_row_once_while_rows_are_inserted(
    shelf: Shelf, ordering: str
) -> None:
    there = shelf.add(23)
    page = shelf.page(ordering=ordering, limit=5)
    seen = list(page["results"])
    while page["next"]:
        if len(seen) < 15:
            shelf.add(3)
        page = shelf.page(page["next"], ordering=ordering)
        seen += page["results"]
    assert there <= set(seen)
    assert len(seen) == len(set(seen))


def test_walking_on_in_the_order_of_insertion_meets_the_new_rows_too(shelf: Shelf) -> None:
    there = shelf.add(7)
    page = shelf.page(limit=5)
    there |= shelf.add(2)
    assert {*page["results"], *shelf.page(page["next"])["results"]} == there


def test_rows_that_share_their_position_are_each_visited_once(shelf: Shelf) -> None:
    there, ordering = shelf.add(23), ("created_at", "pk")
    page = shelf.page(ordering=ordering, limit=5)
    seen = list(page["results"])
    while page["next"]:
        page = shelf.page(page["next"], ordering=ordering)
        seen += page["results"]
    assert sorted(seen) == sorted(there)


def test_walking_back_gives_the_page_before(shelf: Shelf) -> None:
    shelf.add(12)
    first = shelf.page(limit=5)
    second = shelf.page(first["next"])
    assert shelf.page(second["previous"])["results"] == first["results"]
    assert (first["previous"], len(second["results"])) == (None, 5)
