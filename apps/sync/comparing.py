"""Two books of a day side by side: sums by store and type, and things by their ids. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from apps.core.money import format_cents

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from apps.core.types import JSON

REFUNDS = "payment.refunded"  # one that was undone counts off the one that it undoes

# What is compared, as people call it, and where a payload names what it is about.
NAMES = {
    "order.completed": "order",
    "order.voided": "void of order",
    "return.completed": "return of order",
    "return.without_receipt": "return without receipt",
    "shift.closed": "Z",
    "payment.captured": "card payment",
    "payment.refunded": "card refund",
}
PATHS = {
    "order.completed": ("order", "id"),
    "order.voided": ("order_id",),
    "return.completed": ("returned", "id"),
    "return.without_receipt": ("returned", "id"),
    "shift.closed": ("shift_id",),
    "payment.captured": ("payment_id",),
    "payment.refunded": ("refund_id",),
}


class Kind(StrEnum):
    """In what way a thing is not the same on both sides."""

    MISSING = "MISSING"  # there
    STRANGE = "STRANGE"  # there, and not here
    AMOUNT = "AMOUNT"
    UNTOLD = "UNTOLD"  # missing there, for here is no fact that tells of it
    FAULTY = "FAULTY"  # missing there, for its fact cannot be told
    PENDING = "PENDING"  # on its way
    UNDELIVERED = "UNDELIVERED"  # did not arrive, and somebody knows


NO_DIFFERENCE = frozenset({Kind.PENDING, Kind.UNDELIVERED})


class Group(NamedTuple):
    """What is summed up together: the code of a store, and a type of fact."""

    store: str
    type: str


@dataclass(frozen=True, slots=True)
class Totals:
    """How many there are, and what they come to."""

    count: int
    cents: int


NOTHING = Totals(0, 0)


@dataclass(frozen=True, slots=True)
class Thing:
    """An order, a return, a shift or a payment in one of the books."""

    id: str
    about: str
    number: str
    cents: int


@dataclass(frozen=True, slots=True)
class Found:
    """Something that is not the same on both sides; None is where a side does not have it."""

    group: Group
    kind: Kind
    id: str
    number: str
    ours_cents: int | None
    theirs_cents: int | None
    why: str = ""

    @property
    def is_difference(self) -> bool:
        return self.kind not in NO_DIFFERENCE

    @property
    def sentence(self) -> str:
        """As a person reads it."""
        name = f"{NAMES[self.group.type]} {self.number or self.id[:8]}"
        ours, theirs = (_say(cents) for cents in (self.ours_cents, self.theirs_cents))
        said = {
            Kind.STRANGE: f", {theirs}, is there and not here",
            Kind.AMOUNT: f" is {ours} here and {theirs} there",
            Kind.PENDING: f", {ours}, is on its way",
            Kind.UNDELIVERED: f", {ours}, did not arrive",
        }.get(self.kind, f", {ours}, is missing there")
        return f"{name}{said}{f': {self.why}' if self.why else ''}"

    def as_json(self) -> dict[str, JSON]:
        """As it is kept."""
        return {
            "store": self.group.store,
            "type": self.group.type,
            "kind": self.kind.value,
            "id": self.id,
            "number": self.number,
            "ours_cents": self.ours_cents,
            "theirs_cents": self.theirs_cents,
            "sentence": self.sentence,
        }


def add_up(things: Mapping[Group, Sequence[Thing]]) -> dict[Group, Totals]:
    """The sums of each group."""
    return {
        group: Totals(len(found), sum(thing.cents for thing in found))
        for group, found in things.items()
    }


def by_id(group: Group, things: Iterable[Thing]) -> dict[str, Thing]:
    """Things by their ids, what is told twice of one added up; a refund undone is none."""
    found: dict[str, Thing] = {}
    for thing in things:
        known = found.get(thing.id)
        found[thing.id] = replace(thing, cents=thing.cents + (known.cents if known else 0))
    if group.type != REFUNDS:
        return found
    return {key: thing for key, thing in found.items() if thing.cents}


def differing(
    ours: Mapping[Group, Totals], theirs: Mapping[Group, Totals]
) -> Iterator[tuple[Group, Totals, Totals]]:
    """The groups whose sums are not the same, in order."""
    for group in sorted({*ours, *theirs}):
        here, there = ours.get(group, NOTHING), theirs.get(group, NOTHING)
        if here != there:
            yield group, here, there


def compare(
    group: Group, ours: Mapping[str, Thing], theirs: Mapping[str, Thing]
) -> Iterator[Found]:
    """What is in one book and not in the other, or with another amount, by its number."""
    unequal: dict[str, tuple[Thing | None, Thing | None]] = defaultdict(lambda: (None, None))
    for key in {*ours, *theirs}:
        here, there = ours.get(key), theirs.get(key)
        if here is None or there is None or here.cents != there.cents:
            unequal[key] = (here, there)
    for key, (here, there) in sorted(unequal.items(), key=lambda pair: _number_of(*pair[1])):
        kind = Kind.MISSING if there is None else Kind.STRANGE if here is None else Kind.AMOUNT
        yield Found(
            group,
            kind,
            key,
            _number_of(here, there)[0],
            here.cents if here else None,
            there.cents if there else None,
        )


def _say(cents: int | None) -> str:
    return "nothing" if cents is None else format_cents(cents)


def _number_of(here: Thing | None, there: Thing | None) -> tuple[str, str]:
    thing = here or there
    return (thing.number, thing.id) if thing else ("", "")
