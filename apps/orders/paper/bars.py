"""Code 128 as bars, for whatever draws them. Pure."""

from __future__ import annotations

from functools import lru_cache
from itertools import groupby

QUIET = 10  # modules left white on either side, as ISO/IEC 15417 asks


@lru_cache(maxsize=256)
def modules_of(text: str) -> str:
    """The modules of a barcode from left to right: 1 is black, 0 is white."""
    from barcode.codex import Code128  # noqa: PLC0415 - it brings an imaging library along

    (modules,) = Code128(text).build()
    return str(modules)


def bars_of(text: str) -> list[tuple[int, int]]:
    """The black bars of a barcode: where each begins after the quiet zone, and how wide it is."""
    bars, at = [], QUIET
    for colour, run in groupby(modules_of(text)):
        width = len(list(run))
        if colour == "1":
            bars.append((at, width))
        at += width
    return bars


def width_of(text: str) -> int:
    """How many modules a barcode is wide, with its quiet zones."""
    return len(modules_of(text)) + 2 * QUIET


def path_of(text: str, height: int) -> str:
    """The bars as the path of an SVG whose unit is a module."""
    return "".join(f"M{at} 0h{width}v{height}h-{width}z" for at, width in bars_of(text))
