"""Send what waits, at once, without a broker or a worker."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from apps.core import numbering
from apps.core.errors import DomainError
from apps.core.types import system_actor
from apps.sync.services.beginning import ensure_head_office, go_on_without_pruned
from apps.sync.services.dispatching import Office, send_waiting
from apps.sync.services.going_back import go_back, preview
from apps.sync.standing import list_standings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.core.management.base import CommandParser

    from apps.sync.standing import Standing

ACTOR = system_actor("sync_now")


class Command(BaseCommand):
    help = (
        "Send every destination what waits for it, side by side, whether or not it is time for the"
        " next attempt. Exits with 1 where something is still to be sent."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code", nargs="?", help="one destination alone")
        instead = parser.add_mutually_exclusive_group()
        instead.add_argument(
            "--without-pruned",
            action="store_true",
            help="go on with a destination that misses facts which are not here any more",
        )
        instead.add_argument(
            "--from",
            type=int,
            metavar="N",
            dest="number",
            help="send a destination again what is here from fact number N on: it has lost it",
        )
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        ensure_head_office(now=now)
        if options["without_pruned"]:
            self._go_on(options["code"])
        if options["number"] is not None:
            self._go_back(options["code"], options["number"], is_sure=options["yes"])
        numbering.number_facts()
        chosen = _choose(options["code"])
        self._send(chosen)
        codes = {each.code for each in chosen}
        self._report([each for each in list_standings() if each.code in codes])

    def _go_on(self, code: str | None) -> None:
        if code is None:
            raise CommandError("Say which destination goes on: sync_now CODE --without-pruned")
        try:
            first = go_on_without_pruned(actor=ACTOR, code=code, now=timezone.now())
        except DomainError as refusal:
            raise CommandError(refusal.detail) from refusal
        self.stdout.write(f"{code} is told from number {first} on.")

    def _go_back(self, code: str | None, number: int, *, is_sure: bool) -> None:
        if code is None:
            raise CommandError("Say which destination has lost them: sync_now CODE --from N")
        if number < 1:
            raise CommandError("Numbers of facts begin with 1.")
        try:
            count = preview(code=code, number=number)
            asked = f"Send {code} {_facts(count)} again, from number {number} on? (yes) "
            if not is_sure and input(asked).strip() != "yes":
                raise CommandError("Nothing was done. Type yes to send them again.")
            count = go_back(actor=ACTOR, code=code, number=number, now=timezone.now())
        except DomainError as refusal:
            raise CommandError(refusal.detail) from refusal
        self.stdout.write(f"{code} is sent {_facts(count)} again, from number {number} on.")

    def _send(self, chosen: Sequence[Standing]) -> None:
        columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        console = Console(stderr=True)
        named = TextColumn("{task.description}")
        running = [each for each in chosen if each.state != "STOPPED"]
        with Progress(
            named, *columns, console=console, disable=not console.is_terminal
        ) as progress:
            tellers = {each.code: _teller(progress, each) for each in running}
            if len(tellers) == 1:
                _run(*tellers.popitem())
            elif tellers:
                with ThreadPoolExecutor(len(tellers)) as pool:
                    list(pool.map(_run_beside, tellers.keys(), tellers.values()))

    def _report(self, standings: Sequence[Standing]) -> None:
        left = [line for each in standings for line in _complaints(each)]
        for each in standings:
            are = "is" if each.synced == 1 else "are"
            self.stdout.write(f"{each.code}: {_facts(each.synced)} {are} there.")
        if left:
            raise CommandError("\n".join(left))
        if not standings:
            self.stdout.write("There is no destination. Add one: manage.py add_destination --help")


def _choose(code: str | None) -> list[Standing]:
    standings = list_standings()
    named = [each for each in standings if code in {None, each.code}]
    chosen = [each for each in named if each.state != "GIVEN_UP"]
    if code is not None and named and not chosen:
        raise CommandError(f"{code} was given up: {named[0].reason}")
    if code is not None and not named:
        known = ", ".join(each.code for each in standings) or "none"
        raise CommandError(f"There is no destination {code}. There are: {known}.")
    return chosen


def _teller(progress: Progress, standing: Standing) -> Callable[[int], None]:
    """What moves the destination's bar on."""
    bar = progress.add_task(standing.code, total=standing.pending)
    return lambda count: progress.advance(bar, count)


def _run(code: str, told: Callable[[int], None]) -> None:
    office = Office(clock=timezone.now, pause=time.sleep, told=told)
    send_waiting(code, office, is_forced=True)


def _run_beside(code: str, told: Callable[[int], None]) -> None:
    """As `_run`, in a thread with a connection of its own."""
    try:
        _run(code, told)
    finally:
        connection.close()


def _complaints(standing: Standing) -> list[str]:
    """What a person should know, and do."""
    if standing.state == "STOPPED":
        return [f"{standing.code} is stopped. {standing.reason}"]
    said = []
    if standing.state == "FAILING":
        said.append(
            f"{standing.code} does not take facts: {standing.reason} Nothing is lost; it is tried"
            " every five minutes."
        )
    elif standing.is_due:
        said.append(
            f"{standing.code} has {_facts(standing.pending)} to come: another run sends to it, or"
            " some are tried again soon. See manage.py sync_status."
        )
    if dead := standing.undelivered.get("DEAD", 0):
        said.append(
            f"{standing.code} did not take {_facts(dead)}: see Undelivered in the back office."
        )
    return said


def _facts(count: int) -> str:
    return "1 fact" if count == 1 else f"{count:,} facts"
