"""Two books side by side: what is the same is not named, and all that is not is."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from apps.sync.comparing import (
    Group,
    Kind,
    Thing,
    Totals,
    add_up,
    by_id,
    compare,
    differing,
)

ORDERS = Group("BRW", "order.completed")
REFUNDS = Group("BRW", "payment.refunded")
BOOKS = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(-5, 5), max_size=8)


def things(cents: dict[str, int]) -> list[Thing]:
    return [Thing(key, f"order:{key}", f"N-{key}", each) for key, each in cents.items()]


@given(BOOKS, BOOKS)
def test_what_was_found_makes_one_book_of_the_other(
    ours: dict[str, int], theirs: dict[str, int]
) -> None:
    """Nothing is left unnamed: their book and what was found are ours."""
    here, there = by_id(ORDERS, things(ours)), by_id(ORDERS, things(theirs))
    mended = dict(theirs)
    for found in compare(ORDERS, here, there):
        assert found.ours_cents != found.theirs_cents
        if found.ours_cents is None:
            del mended[found.id]
        else:
            mended[found.id] = found.ours_cents
    assert mended == ours


@given(BOOKS, BOOKS)
def test_groups_with_the_same_sums_are_not_looked_into(
    ours: dict[str, int], theirs: dict[str, int]
) -> None:
    here, there = (add_up({ORDERS: things(book)}) for book in (ours, theirs))
    sums = [Totals(len(book), sum(book.values())) for book in (ours, theirs)]
    assert bool(list(differing(here, there))) == (sums[0] != sums[1])


def test_a_group_that_one_side_does_not_have_differs() -> None:
    ours = add_up({ORDERS: things({"a": 5})})
    assert list(differing(ours, {})) == [(ORDERS, Totals(1, 5), Totals(0, 0))]
    assert list(differing({}, ours)) == [(ORDERS, Totals(0, 0), Totals(1, 5))]


def test_a_sale_of_nothing_is_a_sale_and_a_refund_of_nothing_none() -> None:
    free = things({"a": 0})
    assert by_id(ORDERS, free).keys() == {"a"}
    undone = [*things({"a": -50}), *things({"a": 50})]
    assert by_id(REFUNDS, undone) == {}


def test_kinds_say_which_side_lacks_what() -> None:
    here, there = by_id(ORDERS, things({"a": 1, "b": 2})), by_id(ORDERS, things({"b": 3, "c": 4}))
    found = [(each.number, each.kind) for each in compare(ORDERS, here, there)]
    assert found == [("N-a", Kind.MISSING), ("N-b", Kind.AMOUNT), ("N-c", Kind.STRANGE)]
