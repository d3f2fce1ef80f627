"""What an answer shows: without the simulator's own keys, and with ids expanded on request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.stripe.errors import INVALID_REQUEST, StripeRefusal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sandbox.stripe.storage import StripeObject
    from sandbox.stripe.world import World

_DEEPEST = 4
# Values that an object does not hold, and shows only when they are asked for.
_makers: dict[tuple[str, str], Callable[[World, StripeObject], dict[str, Any]]] = {}


def only_on_request(
    kind: str, name: str
) -> Callable[
    [Callable[[World, StripeObject], dict[str, Any]]],
    Callable[[World, StripeObject], dict[str, Any]],
]:
    """Let a function make a value, such as a charge's refunds, that is shown if expanded."""

    def register(
        maker: Callable[[World, StripeObject], dict[str, Any]],
    ) -> Callable[[World, StripeObject], dict[str, Any]]:
        _makers[kind, name] = maker
        return maker

    return register


def public(value: Any) -> Any:
    """A deep copy of an object (or list, or anything) without the keys that begin with "_".

    Metadata is copied as it is: its keys belong to whoever wrote them.
    """
    if isinstance(value, list):
        return [public(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    return {
        key: dict(entry) if key == "metadata" and isinstance(entry, dict) else public(entry)
        for key, entry in value.items()
        if not key.startswith("_")
    }


def expand(world: World, body: dict[str, Any], paths: Sequence[str]) -> dict[str, Any]:
    """The answer to show: public, and with every path of `expand` filled in.

    Raises:
        StripeRefusal: 400, if a path names what cannot be expanded.
    """
    shown: dict[str, Any] = public(body)
    for path in paths:
        steps = path.split(".")
        if len(steps) > _DEEPEST + (steps[0] == "data"):
            raise _not_expandable(path)
        _expand_at(world, shown, steps, path)
    return shown


def _expand_at(world: World, holder: Any, steps: list[str], path: str) -> None:
    if isinstance(holder, list):
        for entry in holder:
            _expand_at(world, entry, steps, path)
        return
    if not isinstance(holder, dict):
        raise _not_expandable(path)
    name, *rest = steps
    value = _value(world, holder, name, path)
    if value is None:
        return
    holder[name] = value
    if rest:
        _expand_at(world, value, rest, path)


def _value(world: World, holder: dict[str, Any], name: str, path: str) -> Any:
    maker = _makers.get((str(holder.get("object")), name))
    if maker:
        return public(maker(world, holder))
    if name not in holder:
        raise _not_expandable(path)
    value = holder[name]
    if isinstance(value, str):
        found = world.storage.find(value)
        if found is None or name == "id":
            raise _not_expandable(path)
        return public(found)
    if value is not None and not isinstance(value, dict | list):
        raise _not_expandable(path)
    return value


def _not_expandable(path: str) -> StripeRefusal:
    message = f"This property cannot be expanded ({path})."
    return StripeRefusal(400, INVALID_REQUEST, None, message, "expand").unstored()
