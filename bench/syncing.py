"""Every figure of sync: what telling costs a sale, what taking in costs, how a backlog drains."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench import draining, publishing, receiving

if TYPE_CHECKING:
    from bench.scene import Scene
    from bench.setting import Figures


def measure(url: str, scene: Scene) -> Figures:
    """All of them, one after the other."""
    return {
        **receiving.measure(url, scene),
        **draining.measure(url, scene),
        **publishing.measure(url, scene),
    }
