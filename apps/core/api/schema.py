"""OpenAPI: what every call may refuse is written from the refusals themselves."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from apps.core import errors
from apps.core.problems import CONTENT_TYPE, STATUS_OF

if TYPE_CHECKING:
    from collections.abc import Iterable

WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code", "instance"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "instance": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "detail"],
                "properties": {
                    "pointer": {"type": "string"},
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}


class ProblemSchema(AutoSchema):
    """Adds to each operation its idempotency key and its problems."""

    def get_override_parameters(self) -> list[Any]:
        parameters = list(super().get_override_parameters())
        if self.method in getattr(self.view, "idempotent", ()):
            parameters.append(
                OpenApiParameter(
                    "Idempotency-Key",
                    location=OpenApiParameter.HEADER,
                    required=True,
                    description="1-255 printable characters, new for each new request.",
                    type={
                        "type": "string",
                        "minLength": 1,
                        "maxLength": 255,
                        "pattern": "^[ -~]+$",
                    },
                )
            )
        return parameters

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        operation = super().get_operation(*args, **kwargs)
        if operation:
            if self.view.authentication_classes:
                operation["responses"]["401"] = problem_response("No token, or none that is valid")
            operation["responses"].update(problem_responses(self._refusals()))
            if self.method in WITH_BODY:
                operation["responses"]["415"] = problem_response("The body is not JSON")
        return operation

    def _refusals(self) -> Iterable[type[errors.DomainError]]:
        yield from getattr(self.view, "refusals", {}).get(self.method, ())
        yield from (errors.ValidationFailed, errors.DatabaseUnavailable)
        if self.method in WITH_BODY:
            yield from (errors.JSONInvalid, errors.UnknownField, errors.BodyTooLarge)
        if self.method in getattr(self.view, "idempotent", ()):
            yield from (
                errors.IdempotencyKeyRequired,
                errors.IdempotencyKeyReused,
                errors.IdempotencyKeyInUse,
            )


def paged(row: type[serializers.Serializer[Any]]) -> type[serializers.Serializer[Any]]:
    """A page of rows, as every list answers."""
    fields = {
        "results": row(many=True),
        "next": serializers.URLField(allow_null=True),
        "previous": serializers.URLField(allow_null=True),
        "__doc__": f"A page of {row.__name__}.",
    }
    return type(f"{row.__name__}Page", (serializers.Serializer,), fields)


def problem_responses(refusals: Iterable[type[errors.DomainError]]) -> dict[str, Any]:
    """Response objects per status, each naming the codes it may carry."""
    by_status = sorted({(int(STATUS_OF[r.kind]), r.code, r.title) for r in refusals})
    return {
        str(status): problem_response("\n".join(f"- `{code}`: {title}" for _, code, title in group))
        for status, group in groupby(by_status, key=lambda entry: entry[0])
    }


def problem_response(description: str) -> dict[str, Any]:
    """One response object in the shape of every problem."""
    reference = {"$ref": "#/components/schemas/Problem"}
    return {"description": description, "content": {CONTENT_TYPE: {"schema": reference}}}


def describe_problems(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Postprocessing hook: the Problem component, and the statuses that the framework answers."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
    return result
