"""Hold a call and its answer against the contract that the installed SDK implies."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from sandbox.stripe.contract.answers import AnswerReader, Check
from sandbox.stripe.contract.building import FORM, JSON, build_document
from sandbox.stripe.contract.requests import (
    FormReader,
    complain_of_method_types,
    unknown_parameter,
)
from sandbox.stripe.errors import StripeRefusal, unknown_url

if TYPE_CHECKING:
    from sandbox.stripe.contract.shapes import Schema


class ContractBroken(AssertionError):
    """The simulator was about to say what Stripe never says: a fault of the simulator."""


@dataclass(frozen=True)
class Operation:
    """One verb on one path of the API."""

    verb: str
    template: str
    pattern: re.Pattern[str]
    schema: Schema

    @property
    def parameters(self) -> Schema | None:
        body = self.schema.get("requestBody")
        found: Schema | None = body["content"][FORM]["schema"] if body else None
        return found or self.schema.get("x-query")


class Contract:
    """What the pinned version of the API accepts and answers."""

    def __init__(self, document: Schema) -> None:
        self.version: str = document["info"]["version"]
        self._schemas: dict[str, Schema] = document["components"]["schemas"]
        self._reader = FormReader(self._schemas)
        self._operations = operations_of(document)
        self._answers = AnswerReader(self._schemas)
        self._checks: dict[str, Check] = {}
        self._kinds = kinds_of(self._schemas)

    def check_request(self, method: str, path: str, params: dict[str, Any]) -> StripeRefusal | None:
        """The refusal that a decoded form or query deserves, or None."""
        operation = self._find(method, path)
        if operation is None:
            return unknown_url(method, path)
        gone = complain_of_method_types(path, params)
        if gone:
            return gone
        if operation.parameters is None:
            return unknown_parameter(next(iter(params))) if params else None
        return self._reader.complain(params, operation.parameters, "")

    def check_answer(self, method: str, path: str, status: int, body: Any) -> None:
        """Check an answer's decoded body.

        Raises:
            ContractBroken: if Stripe would not answer this.
        """
        operation = self._find(method, path)
        if operation is None:
            self._check(body, "Refusal", {"$ref": "#/components/schemas/Refusal"}, f"{path}")
            return
        kind = "200" if status < 300 else "default"  # noqa: PLR2004 - where HTTP's success ends
        schema = operation.schema["responses"][kind]["content"][JSON]["schema"]
        key = "Refusal" if kind == "default" else f"{operation.verb} {operation.template}"
        self._check(body, key, schema, f"{method} {path} answered {status}")

    def check_object(self, stripe_object: dict[str, Any]) -> None:
        """Check an object that travels outside an answer, such as an event.

        Raises:
            ContractBroken: if the SDK describes such objects otherwise, or does not know them.
        """
        kind = str(stripe_object.get("object"))
        if kind not in self._kinds:
            raise ContractBroken(f"The SDK knows no object {kind!r}.")
        reference = {"$ref": f"#/components/schemas/{self._kinds[kind]}"}
        self._check(stripe_object, self._kinds[kind], reference, f"the object {kind}")

    def _find(self, method: str, path: str) -> Operation | None:
        """The operation for a path; a literal path beats a template."""
        found = (
            operation
            for operation in self._operations
            if operation.verb == method.lower() and operation.pattern.fullmatch(path)
        )
        return min(found, key=lambda operation: operation.template.count("{"), default=None)

    def _check(self, body: Any, key: str, schema: Schema, what: str) -> None:
        check = self._checks.get(key)
        if check is None:
            check = self._checks[key] = self._answers.compile(schema)
        complaint = check(body)
        if complaint:
            place = "/".join(map(str, complaint.place)) or "(top)"
            raise ContractBroken(f"{what}: {place} {complaint.reason}")


def operations_of(document: Schema) -> list[Operation]:
    return [
        Operation(verb, template, re.compile(re.sub(r"\{\w+\}", "[^/]+", template)), schema)
        for template, verbs in document["paths"].items()
        for verb, schema in verbs.items()
    ]


def kinds_of(schemas: dict[str, Schema]) -> dict[str, str]:
    """The schema's name for each kind of object: "terminal.reader" is "terminal.Reader"."""
    kinds: dict[str, str] = {}
    for name, schema in schemas.items():
        kind = schema.get("properties", {}).get("object", {}).get("enum", [])
        is_whole = "id" in schema.get("properties", {}) and not name.startswith("params.")
        if len(kind) == 1 and is_whole:
            kinds.setdefault(kind[0], name)
    return kinds


@cache
def installed_contract() -> Contract:
    """The contract of the installed SDK, built once per process (half a second)."""
    return Contract(build_document())
