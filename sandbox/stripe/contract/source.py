"""The source of the installed Stripe SDK, read as syntax trees and never imported.

The SDK is generated from Stripe's own specification. Its service modules hold every verb and path,
its typed dictionaries every request and its resource classes every answer, of exactly the version
of the API that the SDK pins.
"""

from __future__ import annotations

import ast
import importlib.util
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path


@dataclass(frozen=True)
class Place:
    """A class of the SDK: its module, relative to the package, and its name with its scope."""

    module: str
    name: str


@dataclass
class Module:
    """What one module of the SDK defines and what it imports from the others."""

    imports: dict[str, Place] = field(default_factory=dict)
    classes: dict[str, ast.ClassDef] = field(default_factory=dict)
    typed_dicts: dict[str, ast.Dict] = field(default_factory=dict)

    def scan(self, body: list[ast.stmt], scope: str = "") -> None:
        for node in body:
            if isinstance(node, ast.ClassDef):
                self.classes[scope + node.name] = node
                self.scan(node.body, f"{scope}{node.name}.")
            elif isinstance(node, ast.If):
                self.scan(node.body, scope)
            elif isinstance(node, ast.ImportFrom):
                self.note_import(node)
            elif isinstance(node, ast.Assign):
                self.note_typed_dict(node)

    def note_import(self, node: ast.ImportFrom) -> None:
        package, _, rest = (node.module or "").partition(".")
        if package == "stripe":
            for alias in node.names:
                self.imports[alias.asname or alias.name] = Place(rest, alias.name)

    def note_typed_dict(self, node: ast.Assign) -> None:
        """Keep `_Base = TypedDict("_Base", {"from": ...})`: names that no class body can hold."""
        match node:
            case ast.Assign(
                targets=[ast.Name(id=name)],
                value=ast.Call(func=ast.Name(id="TypedDict"), args=[_, ast.Dict() as keys]),
            ):
                self.typed_dicts[name] = keys


@cache
def sdk_folder() -> Path:
    """Where the SDK is installed.

    Raises:
        ModuleNotFoundError: if it is not.
    """
    spec = importlib.util.find_spec("stripe")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("The Stripe SDK is not installed.", name="stripe")
    return Path(spec.origin).parent


@cache
def read_module(name: str) -> Module:
    """A module of the SDK by its name without the package: "terminal._reader"."""
    path = sdk_folder().joinpath(*name.split("."))
    file = path / "__init__.py" if path.is_dir() else path.with_name(path.name + ".py")
    module = Module()
    module.scan(ast.parse(file.read_bytes()).body)
    return module


def find_class(module: str, scope: str, name: str) -> Place:
    """The class that `name` means inside `scope` of a module: inner scopes first, then imports.

    Raises:
        LookupError: if the module neither defines nor imports it.
    """
    found = read_module(module)
    scopes = scope.split(".") if scope else []
    for depth in range(len(scopes), -1, -1):
        qualified = ".".join([*scopes[:depth], name])
        if qualified in found.classes:
            return Place(module, qualified)
    if name not in found.imports:
        raise LookupError(f"{module}: nothing is called {name} inside {scope or 'the module'}.")
    target = found.imports[name]
    return find_class(target.module, "", target.name)


def find_constant(module: str, name: str) -> str:
    """The text that a module assigns to a name, such as the version of the API."""
    file = sdk_folder() / f"{module}.py"
    for node in ast.walk(ast.parse(file.read_bytes())):
        match node:
            case ast.Assign(targets=[ast.Name(id=found)], value=ast.Constant(value=str(text))):
                if found == name:
                    return text
    raise LookupError(f"{module}: no text is assigned to {name}.")
