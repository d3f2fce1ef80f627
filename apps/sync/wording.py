"""Sync in words: what a state means, and what somebody who is tired is to do about it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.timesince import timesince

from apps.sync.types import BatchState, DestinationState, UndeliveredState

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from apps.sync.services.giving_up import Losses

LATE = timedelta(minutes=15)  # three beats of five minutes
SILENT = timedelta(hours=36)  # a shop that is open every day sells something in that time

type Standing = tuple[str, str]  # two sentences, or a tone and a sentence

WORDS: Mapping[str, str] = {
    UndeliveredState.DEAD: "dead letter",
    UndeliveredState.RETRY: "tried again",
    UndeliveredState.SUSPECT: "broken over",
    UndeliveredState.HELD: "waits behind",
    UndeliveredState.REPLAY: "next turn",
    UndeliveredState.DISCARDED: "discarded",
}
MEANINGS: Mapping[UndeliveredState, str] = {
    UndeliveredState.DEAD: "It was refused, and is not tried again by itself.",
    UndeliveredState.RETRY: "It was refused, and is tried again by itself, three times in all.",
    UndeliveredState.SUSPECT: "The other side broke down over it, perhaps over anything.",
    UndeliveredState.HELD: "It waits behind an older fact about the same thing: they keep order.",
    UndeliveredState.REPLAY: "It is sent again at the next turn.",
    UndeliveredState.DISCARDED: "It was discarded: it is never sent.",
}
REMEDIES: Mapping[UndeliveredState, str] = {
    UndeliveredState.RETRY: "Nothing, unless you know that it will never be taken.",
    UndeliveredState.SUSPECT: (
        "Nothing yet. As soon as anything else arrives there, this is sent again, and becomes a"
        " dead letter only if the other side breaks down over it once more."
    ),
    UndeliveredState.HELD: (
        "Decide on the one that it waits behind. Once that has arrived or is discarded, this goes"
        " by itself."
    ),
    UndeliveredState.REPLAY: "Nothing. Look again in some minutes.",
    UndeliveredState.DISCARDED: (
        "Nothing. Where the other side needs it after all, press Send it after all."
    ),
}
_OLDER = "The other side does not know this kind of fact: it probably runs an older version."
_NOT_AS_AGREED = "The other side says that the fact is not written as agreed."
_REPORT = "Report it to whoever maintains the programs. Replay once that is mended."
# What a code of the other side means to whoever has to decide, and what to do.
CAUSES: Mapping[str, Standing] = {
    "event-type-unknown": (
        _OLDER,
        "Have it updated there, then replay. If it shall never learn it, discard.",
    ),
    "event-version-unknown": (_OLDER, "Have it updated there, then replay."),
    "event-invalid": (_NOT_AS_AGREED, _REPORT),
    "event-malformed": (_NOT_AS_AGREED, _REPORT),
    "event-unreadable": (_NOT_AS_AGREED, _REPORT),
    "event-unstorable": ("The other side cannot store what it says.", _REPORT),
    "too-large": (
        "This one fact is larger than the other side takes.",
        (
            "Have it take larger bodies, then replay; or discard it, and enter there by hand what"
            " it says."
        ),
    ),
}
# What a code of ours means to whoever reads what we have rejected, and what to do.
REJECTIONS: Mapping[str, Standing] = {
    "event-type-unknown": (
        "This installation does not know this kind of fact: it is probably older than the sender.",
        "Update this installation, then have it replayed where it came from.",
    ),
    "event-version-unknown": (
        "It is written in a version that this installation does not know.",
        "Update this installation, then have it replayed where it came from.",
    ),
}
# What libraries say of a line that carried nothing, and what it means.
_SILENCES: Mapping[str, str] = {
    "Connection refused": "Nothing answers at its address: see whether it runs.",
    "NameResolution": "Its name leads nowhere: look at the address, and at the line.",
    "Name or service not known": "Its name leads nowhere: look at the address, and at the line.",
    "unreachable": "There is no way to it from here: look at the line.",
    "No route to host": "There is no way to it from here: look at the line.",
    "CERTIFICATE_VERIFY_FAILED": "Its certificate is not trusted: have it renewed there.",
    "timed out": "It did not answer in time.",
    "Connection reset": "It broke the connection off.",
    "RemoteDisconnected": "It broke the connection off.",
}
# Why the facts of a batch went on in others: a word for the list, and the sentence.
_WENT_ON: Mapping[str, Standing] = {
    "TOO_LARGE": ("halved", "It was too large: its facts went on in smaller batches."),
    "REFUSED": ("parted", "It was refused: the fact at fault was looked for in smaller batches."),
    "BROKEN": ("parted", "It was broken over: the fact at fault was looked for in smaller ones."),
    "REWIND": ("sent back", "Earlier facts were missing there: they went first."),
    "REUSED": ("made anew", "Its id was known there: the same facts went under another one."),
}
_TAKEN_BACK = (
    "taken back",
    "Somebody changed how it is told, or discarded a fact: the others went on in other batches.",
)
_ALL_THERE = "All that it is to be told has arrived."
ATTEMPTS: Mapping[str, Standing] = {
    "DELIVERED": ("good", "It has taken the batch"),
    "REWIND": ("warn", "It lacks earlier facts: these are sent first"),
    "REUSED": ("warn", "It knows this batch with other content: a new one is made"),
    "TOO_LARGE": ("warn", "Too large for it: the next batches are half as large"),
    "REFUSED": ("bad", "It refuses the batch: the fact at fault is looked for"),
    "WAIT": ("warn", "It asks us to wait"),
    "STOP": ("bad", "It does not let us in"),
    "SILENT": ("bad", "Nobody answered"),
    "BROKEN": ("bad", "It broke down over the batch"),
}


def say_cause(code: str, detail: str) -> Standing:
    """What a refusal means, and what to do about it."""
    said = detail or code or "The other side gave no reason."
    asked = "Ask the operator of the other side about it, by its number and id; then replay."
    return CAUSES.get(code, (said, asked))


def say_rejection(code: str) -> Standing:
    """What our refusal means, and what to do about it."""
    report = (
        "Report it to whoever maintains the programs. Once that is mended, have it replayed where"
        " it came from: there it stands among the undelivered."
    )
    return REJECTIONS.get(code, ("It is not written as agreed.", report))


def say_attempt(outcome: str) -> Standing:
    """The tone of an outcome, and what it was."""
    return ATTEMPTS.get(outcome, ("", outcome.replace("_", " ").capitalize()))


def say_batch(batch: Any) -> tuple[str, str, str]:
    """The tone of what became of a batch that bears its `last_outcome`, a word for it, and why."""
    if batch.state == BatchState.OPEN:
        return "warn", "open", ""
    if batch.state == BatchState.DELIVERED:
        if batch.rejected_count < batch.event_count:
            return "good", "delivered", ""
        return "warn", "rejected", "It was taken, and every fact in it was rejected by itself."
    if batch.event_count == 1 and batch.last_outcome in {"REFUSED", "TOO_LARGE", "BROKEN"}:
        return "bad", "refused", "Its one fact was refused: it stands among the undelivered."
    word, why = _WENT_ON.get(batch.last_outcome or "", _TAKEN_BACK)
    return "", word, f"{why} None is lost."


def say_reason(reason: str) -> str:
    """Why a destination takes nothing, without what only programmers read, and one full stop."""
    for mark, words in _SILENCES.items():
        if mark in reason:
            return words
    return re.sub(r"(?<!\.)\.\.(?!\.)", ".", reason if reason.endswith(".") else f"{reason}.")


def say_ago(at: datetime, *, now: datetime) -> str:
    """How long ago, in its largest unit: 25 minutes."""
    if now - at < timedelta(minutes=1):
        return "less than a minute"
    return timesince(at, now, depth=1).replace("\N{NO-BREAK SPACE}", " ")


def say_standing(destination: Any, *, now: datetime) -> Standing:
    """How a destination that bears its backlog is doing, and what to do where it is not well."""
    if destination.state == DestinationState.GIVEN_UP:
        return "warn", (
            f"It was given up on {destination.given_up_at:%b %-d, %Y}: {destination.reason}"
        )
    undecided = "".join(f" {words}" for words in _list_undecided(destination))
    if destination.state == DestinationState.STOPPED:
        why = say_reason(destination.reason or "Somebody stopped it.")
        todo = "" if "start it again" in why else " Mend that, then press Start again."
        return "bad", f"Nothing is sent. {why}{todo}{undecided}"
    if destination.state == DestinationState.FAILING:
        since = destination.failing_since
        words = f" for {say_ago(since, now=now)}" if since else ""
        why = f" {say_reason(destination.reason)}" if destination.reason else ""
        return "bad", (
            f"It has not taken anything{words}.{why} Nothing is lost: it is tried"
            f" every five minutes, and everything follows by itself when it answers.{undecided}"
        )
    if is_late(destination, now=now):
        tone, waits = "warn", _say_late(destination, now)
    elif destination.pending:
        tone, waits = "good", f"{_facts(destination.pending)} waiting for the next turn."
    else:
        tone, waits = "good", "All else has arrived." if undecided else _ALL_THERE
    tone = "bad" if destination.dead_count else tone
    return tone, f"{undecided} {waits}".strip()


def _list_undecided(destination: Any) -> Iterator[str]:
    """What goes nowhere by itself, in a sentence for each kind of it."""
    dead, held = destination.dead_count, destination.held_count
    if dead:
        verb = "waits" if dead == 1 else "wait"
        yield (
            f"{_count(dead)} {verb} for an owner's decision: open"
            f" {'it' if dead == 1 else 'them'} under Undelivered, read the cause, then replay or"
            " discard."
        )
    if held:
        verb = "waits" if held == 1 else "wait"
        yield f"{_count(held)} {verb} behind others about the same thing that are not there."


def _say_late(destination: Any, now: datetime) -> str:
    oldest = say_ago(destination.oldest_at, now=now)
    return (
        f"{_facts(destination.pending)} waiting, the oldest for {oldest}. If that grows, see"
        " whether a worker and the beat run."
    )


def say_losses(losses: Losses) -> str:
    """What a destination never gets that is given up now."""
    if not losses.waiting and not losses.undelivered_count:
        return "It has been told everything, so it misses nothing."
    states = ", ".join(f"{count:,} {state.lower()}" for state, count in losses.undelivered.items())
    waits = "fact that waits" if losses.waiting == 1 else "facts that wait"
    undelivered = f" and {losses.undelivered_count:,} undelivered ({states})" if states else ""
    return f"It never gets {losses.waiting:,} {waits} for it{undelivered}."


def is_late(destination: Any, *, now: datetime) -> bool:
    """Whether something waits for longer than it should."""
    return bool(destination.oldest_at and now - destination.oldest_at > LATE)


def say_peer(peer: Any, *, now: datetime) -> Standing:
    """How an installation that sends to us is doing; it bears the number of its gaps."""
    if peer.last_seen_at is None:
        return "warn", (
            "It has never sent anything. It needs this secret, a service token with the scope"
            " sync:write, and the address of this site."
        )
    if peer.warning:
        return "bad", peer.warning
    if peer.gap_count:
        return "warn", (
            "Numbers are missing in what it has sent. It is told so with each answer and sends them"
            " again; see its undelivered facts if a gap stays."
        )
    seen = say_ago(peer.last_seen_at, now=now)
    if now - peer.last_seen_at > SILENT:
        return "warn", f"Not heard of for {seen}: see whether it runs and has a line."
    return "good", f"Heard of {seen} ago, up to fact #{peer.seen_through}."


def clock_time(at: datetime | None) -> str:
    """A moment on the office's clock, to the second; a narrow column breaks before the time."""
    if at is None:
        return ""
    day, hour = f"{timezone.localtime(at):%b %-d, %Y|%H:%M:%S}".split("|")
    return f"{day.replace(' ', '\N{NO-BREAK SPACE}')} {hour}"


def _facts(count: int) -> str:
    return f"{_count(count)} {'is' if count == 1 else 'are'}"


def _count(count: int) -> str:
    return f"{count:,} fact" if count == 1 else f"{count:,} facts"
