"""What a sale pays for telling others: the fact it writes, and a broker that is dead."""

from __future__ import annotations

import os
import statistics
from contextlib import ExitStack
from typing import TYPE_CHECKING

from bench import processes
from bench.load import drive, sale_of
from bench.sale import Contest, Measured
from bench.setting import environment_of
from bench.warming import warm_up

if TYPE_CHECKING:
    from bench.scene import Scene
    from bench.setting import Figures

ROUNDS = 9
SALES_SECONDS = 5.0


def measure(url: str, scene: Scene) -> Figures:
    """Both figures, each a comparison within one run."""
    return {**sale_cost(url, scene), **dead_redis(url, scene)}


def sale_cost(url: str, scene: Scene) -> Figures:
    """CPU of a sale, PostgreSQL's share included, with its fact as a share of one without.

    CPU, because two servers that take turns on two cores differ in sales per second by more than
    what is looked for. In each round either goes first once and last once, so that what drifts in
    the machine, or waits for PostgreSQL's own housekeeping, falls on both alike.
    """
    environment = environment_of(url)
    silent = {**environment, "OUTBOX_DOORBELL": "false"}
    with ExitStack() as stack:
        ours = stack.enter_context(processes.gunicorn(environment))
        mute = stack.enter_context(
            processes.gunicorn(silent, application="bench.unpublished:application")
        )
        contests = [Contest(url, scene, ours), Contest(url, scene, mute)]
        for contest in contests:
            warm_up(url, contest.server.port, scene)
        ratios = [_compare(*contests) for _ in range(ROUNDS)]
    return {"sync.sale_cost_ratio": statistics.median(ratios)}


def _compare(ours: Contest, mute: Contest) -> float:
    """CPU of a sale of ours as a share of one of theirs, over one round."""
    with_facts, without = Measured(), Measured()
    ours.sell(with_facts)
    mute.sell(without)
    mute.sell(without)
    ours.sell(with_facts)
    return statistics.mean(with_facts.cpu_ms) / statistics.mean(without.cpu_ms)


def dead_redis(url: str, scene: Scene) -> Figures:
    """How much longer the 99th of a hundred sales takes at one till while Redis is gone, in ms."""
    alive = {**environment_of(url), "REDIS_URL": os.environ["REDIS_URL"]}
    dead = {**alive, "REDIS_URL": f"redis://127.0.0.1:{processes.free_port()}/0"}
    slowest = []
    for environment in (alive, dead):
        with processes.gunicorn(environment, quiet=True) as server:
            warm_up(url, server.port, scene)
            sold = drive(server.port, scene.desks[:1], sale_of(scene), seconds=SALES_SECONDS)
            slowest.append(sold.percentile(0.99))
    return {"sync.dead_redis_ms": max(0.0, slowest[1] - slowest[0])}
