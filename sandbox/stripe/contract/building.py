"""An OpenAPI 3.1 document of what a point of sale needs of Stripe, derived from the SDK."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from sandbox.stripe.contract.shapes import (
    TEXT,
    Schema,
    Shapes,
    object_of,
    or_null,
)
from sandbox.stripe.contract.source import Place, find_class, find_constant, read_module

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVICES = (
    "_payment_intent_service",
    "_payment_method_service",
    "_refund_service",
    "_charge_service",
    "_event_service",
    "_webhook_endpoint_service",
    "_balance_service",
    "_balance_transaction_service",
    "_payout_service",
    "_dispute_service",
    "terminal._reader_service",
    "terminal._location_service",
    "terminal._connection_token_service",
    "terminal._configuration_service",
    "test_helpers._refund_service",
    "test_helpers.terminal._reader_service",
)
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"


def build_document() -> Schema:
    """The whole document: paths, operations and the schemas that they refer to."""
    shapes = Shapes()
    paths: dict[str, Schema] = {}
    for service in SERVICES:
        for method in methods_of(service):
            verb, path = verb_and_path(method)
            paths.setdefault(path, {})[verb] = describe_operation(shapes, service, method)
    describe_error(shapes)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Stripe, as far as a point of sale needs it",
            "version": find_constant("_api_version", "CURRENT"),
            "x-sdk": find_constant("_version", "VERSION"),
        },
        "paths": dict(sorted(paths.items())),
        "components": {"schemas": dict(sorted(shapes.schemas.items()))},
    }


def methods_of(service: str) -> Iterator[ast.FunctionDef]:
    """The methods of a service class that send a request; their asynchronous twins left out."""
    for node in read_module(service).classes.values():
        for method in node.body:
            if isinstance(method, ast.FunctionDef) and find_call(method, "_request"):
                yield method


def find_call(method: ast.FunctionDef, name: str) -> ast.Call | None:
    """The first call of `name` or `self.name` inside a method."""
    for node in ast.walk(method):
        match node:
            case ast.Call(func=ast.Name(id=found) | ast.Attribute(attr=found)) if found == name:
                return node
    return None


def verb_and_path(method: ast.FunctionDef) -> tuple[str, str]:
    """The verb and the path template of the request that a method sends."""
    match find_call(method, "_request"):
        case ast.Call(args=[ast.Constant(value=str(verb)), ast.Constant(value=str(path)), *_]):
            return verb, path
        case ast.Call(
            args=[
                ast.Constant(value=str(verb)),
                ast.Call(func=ast.Attribute(value=ast.Constant(value=str(path)))),
                *_,
            ]
        ):
            return verb, path
    raise TypeError(f"{method.name}: no verb and path to be read")


def describe_operation(shapes: Shapes, service: str, method: ast.FunctionDef) -> Schema:
    verb, _ = verb_and_path(method)
    answer = answer_of(shapes, service, method, verb)
    operation: Schema = {
        "operationId": f"{service}.{method.name}",
        "responses": {
            "200": {"description": "Done.", "content": {JSON: {"schema": answer}}},
            "default": {
                "description": "Refused.",
                "content": {JSON: {"schema": {"$ref": "#/components/schemas/Refusal"}}},
            },
        },
    }
    parameters = parameters_of(shapes, service, method)
    if parameters is None:
        return operation
    if verb == "post":
        return operation | {"requestBody": {"content": {FORM: {"schema": parameters}}}}
    return operation | {"x-query": parameters}


def answer_of(shapes: Shapes, service: str, method: ast.FunctionDef, verb: str) -> Schema:
    """What a method's answer is cast to; of a deleted object only that it is deleted is left."""
    cast = find_call(method, "cast")
    if cast is None:
        raise TypeError(f"{method.name}: its answer has no type")
    place = Place(service, "")
    answer = shapes.of_annotation(cast.args[0], place, request=False)
    if verb != "delete":
        return answer
    schema = shapes.schemas[answer["$ref"].rpartition("/")[2]]
    kind = schema["properties"]["object"]
    properties = {"id": TEXT, "object": kind, "deleted": {"type": "boolean", "enum": [True]}}
    return object_of(properties, list(properties))


def parameters_of(shapes: Shapes, service: str, method: ast.FunctionDef) -> Schema | None:
    """What a method takes as `params`, or None."""
    for argument in [*method.args.args, *method.args.kwonlyargs]:
        if argument.arg == "params" and argument.annotation is not None:
            quoted = next(
                node.value
                for node in ast.walk(argument.annotation)
                if isinstance(node, ast.Constant) and isinstance(node.value, str)
            )
            return shapes.of_class(find_class(service, "", quoted), request=True)
    return None


def describe_error(shapes: Shapes) -> None:
    """The envelope of refusals; the SDK's type promises more fields than Stripe sends."""
    reference = shapes.of_class(Place("_error_object", "ErrorObject"), request=False)
    error = shapes.schemas["ErrorObject"]
    error["required"] = ["type"]
    error["properties"] = {
        name: schema if name == "type" else or_null(schema)
        for name, schema in error["properties"].items()
    }
    shapes.schemas["Refusal"] = object_of({"error": reference}, ["error"])
