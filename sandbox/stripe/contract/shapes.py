"""From the SDK's type annotations to JSON schemas.

Limits: the SDK's types know no lengths, minima or rules across fields, and their `Optional` says
both "null" and "absent". Open enumerations (`Literal[...] | str`) are taken as closed, so that a
misspelt value is caught.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from sandbox.stripe.contract.source import Place, find_class, read_module

if TYPE_CHECKING:
    from collections.abc import Callable

type Schema = dict[str, Any]

# Objects that are written out where a call expands them; any other reference stays an identifier.
EXPANDABLE = frozenset(
    {"PaymentIntent", "Charge", "Refund", "BalanceTransaction", "Payout", "Dispute"}
    | {"PaymentMethod", "Event", "Location", "Reader", "Configuration", "DisputeResource"}
)
# Families of payment methods that a shop's till meets; the others are accepted undescribed.
FAMILIES = frozenset({"card", "card_present", "interac_present", "link", "us_bank_account"})
FAMILY_MAPS = (
    "PaymentMethodDetails", "PaymentMethodOptions", "PaymentMethodData", "DestinationDetails"
)  # fmt: skip
# Resources of other trades: whatever stands there is accepted.
UNDESCRIBED = frozenset(
    {"Account", "Person", "BankAccount", "Source", "SetupIntent", "Customer", "Card", "Capability"}
)
PRIMITIVES: dict[str, Schema] = {
    "int": {"type": "integer"},
    "str": {"type": "string"},
    "bool": {"type": "boolean"},
    "float": {"type": "number"},
    "Decimal": {"type": "string", "format": "decimal"},
    "Any": {},
    "object": {},
}
TEXT: Schema = {"type": "string"}
REFERENCE = "#/components/schemas/"


class Shapes:
    """The schemas of one document, each made when something first refers to it."""

    def __init__(self) -> None:
        self.schemas: dict[str, Schema] = {}

    def of_class(self, place: Place, *, request: bool) -> Schema:
        """A reference to the schema of a class of the SDK, described on the first call."""
        if not request and "." not in place.module and place.name in UNDESCRIBED:
            return {}
        name = schema_name(place)
        if name not in self.schemas:
            self.schemas[name] = {}  # a class may refer to itself
            self.schemas[name] = self.describe(place, request=request)
        return {"$ref": REFERENCE + name}

    def describe(self, place: Place, *, request: bool) -> Schema:
        properties: Schema = {}
        required = []
        for key, annotation in fields_of(place):
            wrapper = wrapper_of(annotation)
            if is_foreign_family(place, key, annotation):
                properties[key] = {}
                continue
            properties[key] = self.of_annotation(annotation, place, request=request)
            if wrapper != ("NotRequired" if request else "Optional"):
                required.append(key)
        return object_of(properties, required)

    def of_annotation(self, node: ast.expr, place: Place, *, request: bool) -> Schema:
        match node:
            case ast.Constant(value=None):
                return {"type": "null"}
            case ast.Constant(value=str(text)):
                quoted = ast.parse(text, mode="eval").body
                return self.of_annotation(quoted, place, request=request)
            case ast.Name(id=name) if name in PRIMITIVES:
                return PRIMITIVES[name]
            case ast.Name() | ast.Attribute():
                return self.of_class(find_dotted(place, node), request=request)
            case ast.BinOp():
                return join([self.of_annotation(n, place, request=request) for n in arms(node)])
            case ast.Subscript():
                return self.of_subscript(node, place, request=request)
        raise TypeError(f"{place}: no schema for {ast.unparse(node)}")

    def of_subscript(self, node: ast.Subscript, place: Place, *, request: bool) -> Schema:
        inside = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        base = last_name(node.value)
        if base == "Literal":
            return literals(inside)
        if base == "ExpandableField":
            expanded = [arm for arm in unions(inside) if refers_to_expandable(arm)]
            return join([TEXT, *(self.of_annotation(a, place, request=request) for a in expanded)])
        parts = [self.of_annotation(arm, place, request=request) for arm in inside]
        if base not in COMBINATIONS:
            raise TypeError(f"{place}: no schema for {ast.unparse(node)}")
        return COMBINATIONS[base](parts)


def schema_name(place: Place) -> str:
    """The public name of a class: "Refund", "terminal.Reader", "params.RefundCreateParams"."""
    packages = [part for part in place.module.split(".") if not part.startswith("_")]
    return ".".join([*packages, place.name])


def fields_of(place: Place) -> list[tuple[str, ast.expr]]:
    """The fields that a class declares, with those of the dictionary that it builds on."""
    module = read_module(place.module)
    node = module.classes[place.name]
    found: list[tuple[str, ast.expr]] = []
    for base in node.bases:
        if isinstance(base, ast.Name) and base.id in module.typed_dicts:
            keys = module.typed_dicts[base.id]
            found += [
                (str(key.value), annotation)
                for key, annotation in zip(keys.keys, keys.values, strict=True)
                if isinstance(key, ast.Constant)
            ]
    for line in node.body:
        match line:
            case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation):
                if not (name.startswith("_") or name.isupper()):
                    found.append((name, annotation))
    return found


def wrapper_of(annotation: ast.expr) -> str:
    """The outermost name of an annotation: "Optional" of `Optional[int]`."""
    return last_name(annotation.value) if isinstance(annotation, ast.Subscript) else ""


def is_foreign_family(place: Place, key: str, annotation: ast.expr) -> bool:
    """Whether a field holds the details of a payment method that no till takes."""
    if not place.name.endswith(FAMILY_MAPS) or key in FAMILIES | {"billing_details", "metadata"}:
        return False
    inner = annotation.slice if isinstance(annotation, ast.Subscript) else annotation
    if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
        inner = ast.parse(inner.value, mode="eval").body
    names = [node.id for node in ast.walk(inner) if isinstance(node, ast.Name)]
    return bool(names) and names[0] not in PRIMITIVES and names[0] not in {"Literal", "Dict"}


def find_dotted(place: Place, node: ast.expr) -> Place:
    """The class that `Reader` or `Reader.Action` means inside another."""
    head, *rest = ast.unparse(node).split(".")
    found = find_class(place.module, place.name, head)
    return Place(found.module, ".".join([found.name, *rest]))


def last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def arms(node: ast.expr) -> list[ast.expr]:
    """The alternatives of `a | b | c`."""
    return [*arms(node.left), *arms(node.right)] if isinstance(node, ast.BinOp) else [node]


def unions(nodes: list[ast.expr]) -> list[ast.expr]:
    """The alternatives of `Union[a, b]`; anything else stands for itself."""
    match nodes:
        case [ast.Subscript(value=ast.Name(id="Union"), slice=ast.Tuple(elts=found))]:
            return found
    return nodes


def refers_to_expandable(node: ast.expr) -> bool:
    text = str(node.value) if isinstance(node, ast.Constant) else ast.unparse(node)
    return text.rpartition(".")[2] in EXPANDABLE


def literals(values: list[ast.expr]) -> Schema:
    found = [value.value for value in values if isinstance(value, ast.Constant)]
    return {"type": "boolean" if isinstance(found[0], bool) else "string", "enum": found}


def or_null(schema: Schema) -> Schema:
    return schema if schema == {} else join([schema, {"type": "null"}])


def join(schemas: list[Schema]) -> Schema:
    """Any of several schemas: nested choices flattened, repeats dropped, open choices closed."""
    flat: list[Schema] = []
    for schema in schemas:
        for arm in schema.get("anyOf", [schema]):
            if arm not in flat:
                flat.append(arm)
    if {} in flat:
        return {}
    if any(arm.get("enum", [""]) != [""] and arm["type"] == "string" for arm in flat):
        flat = [arm for arm in flat if arm != TEXT]
    return flat[0] if len(flat) == 1 else {"anyOf": flat}


def object_of(properties: Schema, required: list[str]) -> Schema:
    schema: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return schema | {"required": required} if required else schema


def page_of(item: Schema, *, is_search: bool) -> Schema:
    """A page of a list or of a search."""
    properties: Schema = {
        "object": {"type": "string", "enum": ["search_result" if is_search else "list"]},
        "data": {"type": "array", "items": item},
        "has_more": {"type": "boolean"},
        "url": TEXT,
    }
    required = list(properties)
    if is_search:
        properties |= {"next_page": or_null(TEXT), "total_count": {"type": "integer"}}
    return object_of(properties, required)


COMBINATIONS: dict[str, Callable[[list[Schema]], Schema]] = {
    "NotRequired": lambda parts: parts[0],
    "Required": lambda parts: parts[0],
    "Optional": lambda parts: or_null(parts[0]),
    "Union": join,
    "List": lambda parts: {"type": "array", "items": parts[0]},
    "Dict": lambda parts: {"type": "object", "additionalProperties": parts[-1]},
    "UntypedStripeObject": lambda parts: {"type": "object", "additionalProperties": parts[-1]},
    "ListObject": lambda parts: page_of(parts[0], is_search=False),
    "SearchResultObject": lambda parts: page_of(parts[0], is_search=True),
}
