"""Hold the code to its budgets of size and naming; see docs/development.md.

Prints every place that is over a budget and exits with 1 if there is any; with --report it also
prints how the whole code base stands against its targets.
"""

from __future__ import annotations

import argparse
import ast
import statistics
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

MODULE_LINES = 400
CORE_MODULE_LINES = 150
MODELS_LINES = 300
MODELS_PER_MODULE = 6
FUNCTION_LINES = 50
TEST_FUNCTION_LINES = 20
TEST_FILE_LINES = 300
VIEW_LINES = 20
PARAMETERS = 6
IMPORTS = 15  # of modules that are not Python's own; a test may need many
TEMPLATE_LINES = 120
FORBIDDEN_NAMES = frozenset(
    {"utils", "helpers", "common", "misc", "manager", "handler", "processor", "data", "info"}
)
type Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One Python file, parsed."""

    path: Path
    lines: int
    tree: ast.Module

    @property
    def is_test(self) -> bool:
        return self.path.parts[0] == "tests"

    def functions(self) -> Iterator[Function]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--report", action="store_true", help="print the targets as well")
    arguments = parser.parse_args()
    modules = [read(path) for path in tracked("*.py") if "migrations" not in path.parts]
    complaints = [line for module in modules for line in judge(module)]
    complaints += [line for path in tracked("*.html") for line in judge_template(path)]
    for line in sorted(complaints):
        print(line)
    if arguments.report:
        report(modules)
    return 1 if complaints else 0


def tracked(pattern: str) -> list[Path]:
    """The files that git has, or would have after `git add`."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", pattern]
    listing = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [path for line in listing.splitlines() if (path := Path(line)).exists()]


def read(path: Path) -> Module:
    text = path.read_text(encoding="utf-8")
    return Module(path, len(text.splitlines()), ast.parse(text))


def judge(module: Module) -> Iterator[str]:
    """A line per budget that a module is over."""
    yield from judge_file(module)
    for function in module.functions():
        yield from judge_function(module, function)


def judge_file(module: Module) -> Iterator[str]:
    path, tree = module.path, module.tree
    budget = TEST_FILE_LINES if module.is_test else MODULE_LINES
    if path.parts[:2] == ("apps", "core"):
        budget = CORE_MODULE_LINES
    if path.name == "models.py" or "models" in path.parts:
        budget = min(budget, MODELS_LINES)
        models = sum(isinstance(node, ast.ClassDef) for node in tree.body)
        if models > MODELS_PER_MODULE:
            yield f"{path}: {models} models (at most {MODELS_PER_MODULE})"
    if module.lines > budget:
        yield f"{path}: {module.lines} lines (at most {budget})"
    if path.stem in FORBIDDEN_NAMES or path.parent.name in FORBIDDEN_NAMES - {"data"}:
        yield f"{path}: the name says nothing; name the topic"
    imported = {name for node in tree.body for name in imports_of(node)}
    if len(imported) > IMPORTS and not module.is_test:
        yield f"{path}: imports {len(imported)} modules (at most {IMPORTS})"


def imports_of(node: ast.stmt) -> Iterator[str]:
    """The modules that a top-level statement imports at run time, Python's own left out."""
    names = []
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom):
        names = [node.module or "."]
    yield from (name for name in names if name.split(".")[0] not in sys.stdlib_module_names)


def judge_function(module: Module, function: Function) -> Iterator[str]:
    place = f"{module.path}:{function.lineno} {function.name}"
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    is_test = module.is_test and function.name.startswith("test_")
    budget = TEST_FUNCTION_LINES if is_test else FUNCTION_LINES
    if is_view_or_task(module, function):
        budget = VIEW_LINES
    if lines > budget:
        yield f"{place}: {lines} lines (at most {budget})"
    arguments = function.args
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    count = len([a for a in named if a.arg not in {"self", "cls"}])
    if count > PARAMETERS and not module.is_test:
        yield f"{place}: {count} parameters (at most {PARAMETERS}); make a dataclass"


def is_view_or_task(module: Module, function: Function) -> bool:
    """Whether a function is the body of an HTTP method or a Celery task."""
    in_view = module.path.parts[-2:-1] == ("api",) or module.path.name == "views.py"
    if in_view and function.name in {"get", "post", "put", "patch", "delete"}:
        return True
    return module.path.name == "tasks.py" and any(
        "shared_task" in ast.unparse(decorator) for decorator in function.decorator_list
    )


def judge_template(path: Path) -> Iterator[str]:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    if lines > TEMPLATE_LINES:
        yield f"{path}: {lines} lines (at most {TEMPLATE_LINES}); extract a component"


def report(modules: list[Module]) -> None:
    """How the whole stands against the targets."""
    code = [module for module in modules if not module.is_test]
    tests = [module for module in modules if module.is_test]
    sizes = [module.lines for module in code if module.lines]
    lengths = [
        (function.end_lineno or 0) - function.lineno + 1
        for module in code
        for function in module.functions()
    ]
    ratio = sum(module.lines for module in tests) / max(1, sum(sizes))
    print(f"files: {len(code)}, median {statistics.median(sizes):.0f} lines (target 90)")
    print(f"  95 % are at most {percentile(sizes):.0f} lines (target 300)")
    print(f"functions: {len(lengths)}, median {statistics.median(lengths):.0f} lines (target 9)")
    print(f"  95 % are at most {percentile(lengths):.0f} lines (target 40)")
    print(f"tests to code: {ratio:.2f} (target 1.3 to 2.0)")


def percentile(values: list[int]) -> float:
    return statistics.quantiles(values, n=20)[-1]


if __name__ == "__main__":
    sys.exit(main())
