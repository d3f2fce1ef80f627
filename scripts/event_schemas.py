"""Write the JSON Schemas of those facts that carry an answer of the API: `make event-schemas`.

What an order, a return or a Z report looks like is said once, in `docs/api/openapi.yaml`, whose
dialect is that of JSON Schema (OpenAPI 3.1). The schemas of all other facts are written by hand.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "api" / "events"
_COMPONENTS = "#/components/schemas/"

_WHERE = {
    "store": {"type": "string", "minLength": 1, "description": "Code of the store."},
    "store_id": {"type": "integer", "description": "The sender's own id of the store."},
}
_SKUS = {
    "type": "object",
    "additionalProperties": {"type": "string", "minLength": 1},
    "description": "The SKU of each product, by the product_id that the lines name it by.",
}
_MOVED = {
    "type": "object",
    "additionalProperties": {"type": "integer"},
    "description": "What moved in stock: base units by SKU, negative what went out.",
}
_TEXT = {"type": "string"}
_UUID = {"type": "string", "format": "uuid"}

# What an answer has and the fact has not: it comes about later.
_LATER = {"ZOut": "amendments"}

type Schema = dict[str, Any]

# What is in each fact: a component of the API's page by its name, or a schema.
FACTS: dict[str, tuple[str, dict[str, str | Schema]]] = {
    "order.completed": ("A sale was made.", {"order": "Order", "skus": _SKUS, "moved": _MOVED}),
    "order.voided": (
        "A sale was taken back as a whole.",
        {
            "order_id": _UUID,
            "number": _TEXT,
            "business_date": {"type": "string", "format": "date"},
            "total_cents": {"type": "integer"},
            "reason": _TEXT,
            "order": "Order",
            "moved": _MOVED,
        },
    ),
    "return.completed": (
        "Goods of a sale were taken back.",
        {"returned": "Return", "skus": _SKUS, "moved": _MOVED},
    ),
    "return.without_receipt": (
        "Goods were taken back without a receipt, for store credit.",
        {"returned": "BlindReturn", "skus": _SKUS, "moved": _MOVED},
    ),
    "shift.closed": (
        "A drawer was counted and its shift closed.",
        {"terminal_id": {"type": "integer"}, "shift_id": _UUID, "z": "ZOut"},
    ),
    "shift.amended": (
        "A sale arrived when its shift was closed.",
        {
            "terminal_id": {"type": "integer"},
            "shift_id": _UUID,
            "business_date": {"type": "string", "format": "date"},
            "amendment": "ZAmendmentOut",
        },
    ),
}


def write_schema(event_type: str, components: dict[str, Schema]) -> str:
    """The schema of a fact as its file has it."""
    title, fields = FACTS[event_type]
    defs: dict[str, Schema] = {}
    properties = dict(_WHERE)
    for name, what in fields.items():
        properties[name] = _refer(what, components, defs) if isinstance(what, str) else what
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        "type": "object",
        "additionalProperties": False,
        "required": sorted(properties),
        "properties": properties,
    }
    if defs:
        schema["$defs"] = dict(sorted(defs.items()))
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def read_components() -> dict[str, Schema]:
    """The schemas of the API's page, by name."""
    page = yaml.safe_load((ROOT / "docs" / "api" / "openapi.yaml").read_text())
    components: dict[str, Schema] = page["components"]["schemas"]
    return components


def _refer(name: str, components: dict[str, Schema], defs: dict[str, Schema]) -> Schema:
    """A reference to a component, which is carried over with all that it refers to."""
    if name not in defs:
        defs[name] = {}
        defs[name] = _carry(components[name], components, defs)
        if later := _LATER.get(name):
            del defs[name]["properties"][later]
            defs[name]["required"].remove(later)
    return {"$ref": f"#/$defs/{name}"}


def _carry(node: Any, components: dict[str, Schema], defs: dict[str, Schema]) -> Any:
    if isinstance(node, list):
        return [_carry(part, components, defs) for part in node]
    if not isinstance(node, dict):
        return node
    if target := node.get("$ref"):
        return _refer(target.removeprefix(_COMPONENTS), components, defs)
    return {key: _carry(value, components, defs) for key, value in node.items()}


def main() -> None:
    """Write every file."""
    FOLDER.mkdir(exist_ok=True)
    components = read_components()
    for event_type in FACTS:
        (FOLDER / f"{event_type}.v1.json").write_text(write_schema(event_type, components))
    sys.stdout.write(f"{len(FACTS)} schemas written to docs/api/events.\n")


if __name__ == "__main__":
    main()
