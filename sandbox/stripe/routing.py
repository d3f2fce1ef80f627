"""Which function answers which call: `@route("POST", "/v1/payment_intents/{id}/capture")`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.stripe.errors import invalid_parameter, missing_object, missing_parameter, unknown_url

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.stripe.storage import StripeObject
    from sandbox.stripe.world import World

_INTEGER = re.compile(r"-?\d+", re.ASCII)


@dataclass
class Call:
    """One request on its way to the function that answers it.

    `params` are the decoded form or query: nested dicts and lists whose leaves are strings. An
    empty string is how Stripe's clients unset a value.
    """

    world: World
    method: str
    path: str
    params: dict[str, Any] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    idempotency_key: str | None = None
    request_id: str = ""

    def has(self, name: str) -> bool:
        return name in self.params

    def text(self, name: str) -> str | None:
        """A parameter's text; None if it is absent or was sent empty."""
        value = self.params.get(name)
        if isinstance(value, dict | list):
            raise invalid_parameter("parameter_invalid_string", f"Invalid string: {name}", name)
        return value or None

    def required(self, name: str) -> str:
        value = self.text(name)
        if value is None:
            raise missing_parameter(name)
        return value

    def integer(self, name: str) -> int | None:
        value = self.text(name)
        return None if value is None else read_integer(value, name)

    def boolean(self, name: str) -> bool | None:
        value = self.text(name)
        if value not in {None, "true", "false"}:
            raise invalid_parameter("parameter_invalid_boolean", f"Invalid boolean: {value}", name)
        return None if value is None else value == "true"

    def mapping(self, name: str) -> dict[str, Any]:
        """A nested parameter such as payment_method_options; empty if it is absent or unset."""
        value = self.params.get(name) or {}
        if not isinstance(value, dict):
            raise invalid_parameter("parameter_invalid_object", f"Invalid object: {name}", name)
        return value

    def find(self, kind: str, name: str = "id") -> StripeObject:
        """The object that the path names.

        Raises:
            StripeRefusal: 404 resource_missing.
        """
        return self.get(kind, self.ids[name], name)

    def get(self, kind: str, wanted: str, param: str) -> StripeObject:
        """The object of a kind that a parameter names.

        Raises:
            StripeRefusal: 404 resource_missing.
        """
        found = self.world.storage.find(wanted, kind)
        if found is None:
            raise missing_object(kind, wanted, param)
        return found


def read_integer(value: str, name: str) -> int:
    """Raises: StripeRefusal: 400 parameter_invalid_integer."""
    if not _INTEGER.fullmatch(value):
        raise invalid_parameter("parameter_invalid_integer", f"Invalid integer: {value}", name)
    return int(value)


type Answer = Callable[[Call], dict[str, Any]]
type Control = Callable[[Call], dict[str, Any] | str]


@dataclass(frozen=True)
class _Route:
    method: str
    template: str
    pattern: re.Pattern[str]
    function: Control


_routes: list[_Route] = []


def route(method: str, template: str) -> Callable[[Answer], Answer]:
    """Let a function answer a call of Stripe's API, with the object or list that it returns."""

    def register(function: Answer) -> Answer:
        _add(method, template, function)
        return function

    return register


def control(method: str, template: str) -> Callable[[Control], Control]:
    """Let a function answer a call of the simulator's own ("/", "/_sandbox/..."), without a key.

    A dict is sent as JSON, a string as HTML.
    """

    def register(function: Control) -> Control:
        _add(method, template, function)
        return function

    return register


def resolve(method: str, path: str) -> tuple[Control, dict[str, str]]:
    """The function for a method and path, and the ids in the path.

    A literal path beats one with ids, whatever order they were registered in.

    Raises:
        StripeRefusal: 404, if there is none.
    """
    matches = [
        (entry.template.count("{"), entry, match)
        for entry in _routes
        if entry.method == method and (match := entry.pattern.fullmatch(path))
    ]
    if not matches:
        raise unknown_url(method, path)
    _, entry, match = min(matches, key=lambda found: found[0])
    return entry.function, match.groupdict()


def registered() -> list[tuple[str, str]]:
    """Every method and path template that is answered."""
    return [(entry.method, entry.template) for entry in _routes]


def _add(method: str, template: str, function: Control) -> None:
    pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template))
    _routes.append(_Route(method, template, pattern, function))
