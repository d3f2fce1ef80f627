"""`make bench`: measure Tillhouse against the limit of the machine it runs on.

Two noisy cores make absolute times mean little; what counts are ratios of things measured side by
side in one run. Every figure goes to the table and, flat, into bench/results/latest.json.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import django
from rich.console import Console
from rich.table import Table

from bench.goals import GOALS
from bench.setting import make_database

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.setting import Figures

RESULTS = Path(__file__).parent / "results" / "latest.json"
GROUPS = ("sale", "lookup", "import", "payments", "register", "sync")
console = Console(stderr=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=GROUPS, help="one group of figures")
    arguments = parser.parse_args()
    if "TILLHOUSE_POSTGRES_PID" not in os.environ:
        raise SystemExit("Run it with `make bench`, which starts PostgreSQL and Redis.")
    figures: Figures = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    for group, measure in runners().items():
        if arguments.only in {None, group}:
            with console.status(f"Measuring {group} ..."):
                figures.update(measure())
    RESULTS.parent.mkdir(exist_ok=True)
    rounded = {name: round(value, 3) for name, value in sorted(figures.items())}
    RESULTS.write_text(json.dumps(rounded, indent=2) + "\n")
    return show(rounded, arguments.only)


def runners() -> dict[str, Callable[[], Figures]]:
    """What measures each group. Django is set up on the benchmark's own database first."""
    url = make_database("bench")
    os.environ["DATABASE_URL"] = url
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from bench import imports, lookup, payments, register, sale, syncing  # noqa: PLC0415 - need Django set up
    from bench.scene import build_scene  # noqa: PLC0415

    scene = build_scene()
    return {
        "sale": lambda: sale.measure(url, scene),
        "lookup": lambda: lookup.measure(url, scene),
        "import": imports.measure,
        "payments": lambda: payments.measure(url, scene),
        "register": register.measure,
        "sync": lambda: syncing.measure(url, scene),
    }


def show(figures: dict[str, float], only: str | None) -> int:
    """The table; 1 if a figure that was measured misses its goal."""
    table = Table("figure", "measured", "goal", title="Tillhouse against the limit")
    missed = 0
    for name, value in figures.items():
        goal = GOALS.get(name)
        met = goal is None or goal.is_met(value, figures)
        if only in {None, name.partition(".")[0]}:
            missed += not met
        style = None if met else "bold red"
        table.add_row(name, f"{value:,.3f}", goal.text if goal else "", style=style)
    Console().print(table)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
