"""Bars and lines as Unfold's charts take them: cents go in and dollars come out, or counts."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

MAIN, SECOND = "var(--color-primary-600)", "var(--color-primary-400)"
PALE, BAD = "var(--color-base-400)", "#dc2626"
_SHARED = {"displayYAxis": True, "borderRadius": 3}
CENTS = 100
_BARS = {"grouped": True, "maxBarThickness": 22, "barPercentage": 0.9}


@dataclass(frozen=True, slots=True)
class Series:
    """The bars of one colour; those of one stack stand on each other."""

    name: str
    color: str
    values: Sequence[int]
    stack: str = "all"


def bar_chart(labels: Sequence[str], series: Sequence[Series], *, unit: int = CENTS) -> str:
    """For the component of bars; a `unit` of one is for counts."""
    return _chart(labels, series, unit, lambda each: {"stack": each.stack, **_BARS})


def line_chart(labels: Sequence[str], series: Sequence[Series], *, unit: int = CENTS) -> str:
    """For the component of lines; a `unit` of one is for counts."""
    return _chart(labels, series, unit, lambda each: {"borderColor": each.color, "tension": 0})


def _chart(labels: Sequence[str], series: Sequence[Series], unit: int, looks: Any) -> str:
    datasets = [
        {
            "label": each.name,
            "backgroundColor": each.color,
            "data": [value if unit == 1 else value / unit for value in each.values],
            **_SHARED,
            **looks(each),
        }
        for each in series
    ]
    return json.dumps({"labels": list(labels), "datasets": datasets})
