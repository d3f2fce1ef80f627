"""The site with numbered places to die at: what `config.wsgi` serves, under a fuse.

A request with the header `Crash-At` is served step by step until the fuse burns, and then this
process gets SIGKILL: no exception, no rollback, no answer. A step is one of

* an SQL statement, before it is sent; those before it have been carried out by the database,
* `COMMIT`, before it is sent,
* `after COMMIT`, when the database has confirmed it,
* `the answer`, when it is made and not sent.

The header names a step or gives its number, from 1. It travels with the request, and not in the
environment of the server, so that one server can die at every step in turn: gunicorn starts a new
process for each that died, and the retry comes without the header. With `Crash-All` the whole
server goes, gunicorn's own process as well. What burnt is left in the file `burnt`.
"""

from __future__ import annotations

import os
import signal
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from apps.core import sql
from config import wsgi
from tests.faults.site import ANSWER, COMMIT, COMMITTED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import psycopg


class Fuse:
    """Counts the steps of the request at hand and ends the process at one of them."""

    def __init__(self, wanted: str = "", *, is_for_all: bool = False) -> None:
        self.is_set = bool(wanted)
        self._wanted = wanted
        self._is_for_all = is_for_all
        self._steps = 0

    def step(self, name: str) -> None:
        """Come to the next step, or die before it."""
        self._steps += 1
        if self._wanted in {str(self._steps), name}:
            self._burn(name)

    def is_next(self, name: str) -> bool:
        """Whether the next step would be the last."""
        return self._wanted in {str(self._steps + 1), name}

    def _burn(self, name: str) -> None:
        burnt = Path(os.environ["TILLHOUSE_VAR"]) / "burnt"
        burnt.write_text(" ".join(name.split()))
        if self._is_for_all:
            os.killpg(0, signal.SIGKILL)
        os.kill(os.getpid(), signal.SIGKILL)


_fuse = Fuse()  # gunicorn's plain worker serves one request at a time
_commit = BaseDatabaseWrapper.commit
_run_pipelined = sql._run_pipelined


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Serve a request as the real site does, up to the step at which its fuse burns."""
    global _fuse  # noqa: PLW0603 - the seams below have no other way to it
    _fuse = Fuse(environ.get("HTTP_CRASH_AT", ""), is_for_all="HTTP_CRASH_ALL" in environ)
    with ExitStack() as seams:
        if _fuse.is_set:
            seams.enter_context(connection.execute_wrapper(_execute))
        answer: Iterable[bytes] = wsgi.application(environ, start_response)
    _fuse.step(ANSWER)
    return answer


def _execute(execute: Callable[..., Any], statement: str, *rest: Any) -> Any:
    """Every statement of the ORM, and every one of a batch on SQLite."""
    _fuse.step(statement)
    return execute(statement, *rest)


def _pipelined(raw: psycopg.Connection[Any], statements: list[sql.Statement]) -> None:
    """A batch on PostgreSQL: the database carries out what stands before the fatal statement."""
    for number, statement in enumerate(statements):
        if _fuse.is_next(statement.sql):
            _run_pipelined(raw, statements[:number])
        _fuse.step(statement.sql)
    _run_pipelined(raw, statements)


def _committed(self: BaseDatabaseWrapper) -> None:
    """The end of every transaction on both databases."""
    _fuse.step(COMMIT)
    _commit(self)
    _fuse.step(COMMITTED)


sql._run_pipelined = _pipelined
BaseDatabaseWrapper.commit = _committed  # type: ignore[method-assign]
