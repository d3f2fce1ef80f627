"""Stripe's form encoding: `a[b]=c`, `a[0]=x`, `a[]=x` to nested dicts and lists of strings."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl

from sandbox.stripe.errors import invalid_parameter

_NAME = re.compile(r"(?P<root>[^\[\]]+)(?P<rest>(\[[^\[\]]*\])*)")
_MOST_FIELDS = 2000


def decode(encoded: str) -> dict[str, Any]:
    """The parameters of a form or query.

    Dicts whose keys are all numbers become lists, except in metadata, whose keys are free text.

    Raises:
        StripeRefusal: 400, if a name is malformed or is both a value and an object.
    """
    tree: dict[str, Any] = {}
    for name, value in parse_qsl(encoded, keep_blank_values=True, max_num_fields=_MOST_FIELDS):
        _plant(tree, name, value)
    return {
        name: value if name == "metadata" else _with_lists(value) for name, value in tree.items()
    }


def _plant(tree: dict[str, Any], name: str, value: str) -> None:
    match = _NAME.fullmatch(name)
    if not match:
        raise _malformed(name)
    branch = tree
    *way, last = [match["root"], *re.findall(r"\[([^\[\]]*)\]", match["rest"])]
    for step in way:
        branch = branch.setdefault(step or str(len(branch)), {})
        if not isinstance(branch, dict):
            raise _malformed(name)
    last = last or str(len(branch))
    if isinstance(branch.get(last), dict):
        raise _malformed(name)
    branch[last] = value


def _with_lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    branches = {
        key: inner if key == "metadata" else _with_lists(inner) for key, inner in value.items()
    }
    if all(key.isascii() and key.isdigit() for key in branches):
        return [branches[key] for key in sorted(branches, key=int)]
    return branches


def _malformed(name: str) -> Exception:
    return invalid_parameter("parameter_invalid_string", f"Malformed parameter: {name}", name)
