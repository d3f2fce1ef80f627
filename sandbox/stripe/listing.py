"""Lists as Stripe pages them: newest first, by cursor, filtered by creation and by owner."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

from sandbox.stripe.errors import invalid_parameter, missing_object
from sandbox.stripe.routing import read_integer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sandbox.stripe.routing import Call
    from sandbox.stripe.storage import StripeObject

_DEFAULT, _MOST = 10, 100
_COMPARISONS: dict[str, Callable[[int, int], bool]] = {
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}


def list_objects(
    call: Call,
    kind: str,
    *,
    same: Sequence[str] = (),
    keep: Callable[[StripeObject], bool] | None = None,
) -> dict[str, Any]:
    """The page of a kind that a call asks for.

    `same` names the parameters that must equal the object's own field, such as charge=ch_...

    Raises:
        StripeRefusal: 400 for a bad limit or filter, 404 for a cursor that nobody knows.
    """
    matches = [
        entry
        for entry in call.world.storage.newest_first(kind)
        if (keep is None or keep(entry)) and _has_same(call, entry, same)
    ]
    for is_in_window in _created_filters(call):
        matches = [entry for entry in matches if is_in_window(entry["created"])]
    return paginate(call, matches, kind)


def paginate(call: Call, matches: list[StripeObject], kind: str) -> dict[str, Any]:
    """One page of objects that are in order already."""
    limit = _limit(call)
    after, before = call.text("starting_after"), call.text("ending_before")
    if after and before:
        message = "You can only provide one of starting_after and ending_before."
        raise invalid_parameter("parameters_exclusive", message, "starting_after")
    if before:
        earlier = matches[: _position(matches, before, "ending_before", kind)]
        page, has_more = earlier[-limit:], len(earlier) > limit
    else:
        start = _position(matches, after, "starting_after", kind) + 1 if after else 0
        page, has_more = matches[start : start + limit], len(matches) > start + limit
    return {"object": "list", "url": call.path, "has_more": has_more, "data": page}


def _limit(call: Call) -> int:
    limit = call.integer("limit")
    if limit is None:
        return _DEFAULT
    if not 1 <= limit <= _MOST:
        message = f"limit must be between 1 and {_MOST}."
        raise invalid_parameter("parameter_invalid_integer", message, "limit")
    return limit


def _position(matches: list[StripeObject], wanted: str, param: str, kind: str) -> int:
    for position, entry in enumerate(matches):
        if entry["id"] == wanted:
            return position
    raise missing_object(kind, wanted, param)


def _has_same(call: Call, entry: StripeObject, names: Sequence[str]) -> bool:
    return all(call.text(name) in {None, _id_of(entry.get(name))} for name in names)


def _id_of(value: Any) -> Any:
    return value["id"] if isinstance(value, dict) else value


def _created_filters(call: Call) -> Iterator[Callable[[int], bool]]:
    given = call.params.get("created")
    if not given:
        return
    if not isinstance(given, dict):
        given = {"gte": given, "lte": given}
    for name, bound in given.items():
        if name not in _COMPARISONS:
            param = f"created[{name}]"
            raise invalid_parameter(
                "parameter_unknown", f"Received unknown parameter: {param}", param
            )
        yield _bound(_COMPARISONS[name], read_integer(bound, f"created[{name}]"))


def _bound(compare: Callable[[int, int], bool], bound: int) -> Callable[[int], bool]:
    return lambda created: compare(created, bound)
