"""Everything that happened to one payment, in the order of time and in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum
from typing import TYPE_CHECKING

from django.utils import timezone

from apps.core.models import AuditEntry
from apps.core.money import format_cents
from apps.core.types import ActorKind
from apps.payments.types import AttemptState, EventState, Operation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from apps.payments.models import Attempt, Difference, Dispute, Payment, Refund, StripeEvent

_SECOND, _MINUTE, _HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
_MOVES: Mapping[str, tuple[str, str]] = {
    "payment.processing": ("A reader is taking the card", ""),
    "payment.unknown": ("What became of it is not known", "bad"),
    "payment.authorized": ("{authorized} is held on the card", "good"),
    "payment.captured": ("{captured} was taken", "good"),
    "payment.partially_refunded": ("{refunded} has gone back", ""),
    "payment.refunded": ("All of it has gone back", ""),
    "payment.failed": ("It failed; nothing was taken", "bad"),
    "payment.canceled": ("The hold on the card was let go", ""),
    "refund.pending": ("A refund is on its way", ""),
    "refund.unknown": ("What became of a refund is not known", "bad"),
    "refund.succeeded": ("A refund has gone out", "good"),
    "refund.failed": ("A refund failed: the money is still here", "bad"),
}
_CALLS: Mapping[Operation, str] = {
    Operation.AUTHORIZE: "hold {amount} on the card",
    Operation.PRESENT: "let a reader take the card",
    Operation.CAPTURE: "take {amount}",
    Operation.CANCEL: "let the hold go",
    Operation.REFUND: "send {amount} back",
}
# Which calls bring what with them: it was so from their answer on.
_AUTHORIZING = frozenset({Operation.AUTHORIZE, Operation.PRESENT})
_BROUGHT_BY: Mapping[str, frozenset[Operation]] = {
    "payment.processing": frozenset({Operation.PRESENT}),
    "payment.authorized": _AUTHORIZING,
    "payment.failed": _AUTHORIZING,
    "payment.captured": _AUTHORIZING | {Operation.CAPTURE},
    "payment.canceled": frozenset({Operation.CANCEL}),
    "payment.unknown": frozenset(Operation) - {Operation.REFUND},
    "refund.pending": frozenset({Operation.REFUND}),
    "refund.unknown": frozenset({Operation.REFUND}),
    "refund.succeeded": frozenset({Operation.REFUND}),
    "refund.failed": frozenset({Operation.REFUND}),
}
_UNKNOWN = frozenset({"payment.unknown", "refund.unknown"})
_SEEN = "Seen at Stripe"  # by an event or a look, where the call itself had no answer
_SILENCES = {
    "NETWORK": "the network failed",
    "SERVER": "Stripe had a fault of its own",
    "BUSY": "Stripe turned the call away at the door",
    "NOT_SENT": "no time was left to ask",
}


class Rank(IntEnum):
    """What comes first of what happened in one instant."""

    MADE = 0
    ASKED = 1
    MOVED = 2
    TOLD = 3
    FOUND = 4


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of a timeline. `tone` is good, warn or bad, or nothing."""

    at: datetime
    rank: Rank
    title: str
    note: str = ""
    detail: str = ""  # for whoever has to talk to Stripe: keys and ids
    tone: str = ""


@dataclass(frozen=True, slots=True)
class History:
    """All rows that tell something of a payment."""

    attempts: Sequence[Attempt] = ()
    refunds: Sequence[Refund] = ()
    events: Sequence[StripeEvent] = ()
    disputes: Sequence[Dispute] = ()
    differences: Sequence[Difference] = ()
    audit: Sequence[AuditEntry] = ()


def read_history(payment: Payment) -> History:
    """What is on file about a payment; a statement per table."""
    refunds = list(payment.refunds.order_by("pk"))
    disputes = list(payment.disputes.order_by("pk"))
    subjects = [f"payment:{payment.pk}"]
    subjects += [f"refund:{refund.pk}" for refund in refunds]
    subjects += [f"dispute:{dispute.pk}" for dispute in disputes]
    return History(
        attempts=list(payment.attempts.order_by("pk")),
        refunds=refunds,
        events=list(payment.events.order_by("received_at", "pk")),
        disputes=disputes,
        differences=list(payment.differences.order_by("pk")),
        audit=list(AuditEntry.objects.filter(subject__in=subjects).order_by("pk")),
    )


def compose_timeline(payment: Payment, history: History) -> list[Moment]:
    """The timeline, oldest first. It reads nothing: all it tells is in what it is given."""
    amounts = {str(refund.pk): refund.amount_cents for refund in history.refunds}
    ends = _ends_of(history.attempts)
    moments = [
        _made(payment),
        *_ordered(payment),
        *(_refund(refund) for refund in history.refunds),
        *(_asked(attempt, at) for attempt, at in ends),
        *(_moved(entry, amounts, ends, history.audit) for entry in history.audit),
        *(_told(event) for event in history.events),
        *(_disputed(dispute) for dispute in history.disputes),
        *(moment for row in history.differences for moment in _differed(row)),
    ]
    return sorted(moments, key=lambda moment: (moment.at, moment.rank))


def _made(payment: Payment) -> Moment:
    where = f"at {payment.terminal.name} in {payment.store.name}"
    return Moment(
        payment.created_at,
        Rank.MADE,
        f"{payment.cashier_name} asked a card for {format_cents(payment.amount_cents)}",
        where,
        f"payment {payment.pk}",
    )


def _ordered(payment: Payment) -> Iterator[Moment]:
    """The placing of the order that rests on it, and its void."""
    detail = f"order {payment.order_id}"
    if payment.tendered_at:
        note = f"It takes {format_cents(payment.tendered_cents or 0)} of this payment"
        yield Moment(payment.tendered_at, Rank.MADE, "The order was placed", note, detail)
    if payment.released_at:
        note = "What this payment holds or took is to go back"
        yield Moment(payment.released_at, Rank.MADE, "The order was voided", note, detail)


def _refund(refund: Refund) -> Moment:
    title = f"{refund.actor_name} asked for a refund of {format_cents(refund.amount_cents)}"
    return Moment(refund.created_at, Rank.MADE, title, refund.reason, f"refund {refund.pk}")


def _took(attempt: Attempt) -> timedelta | None:
    """How long its last call lasted; None while that goes on."""
    if attempt.answered_at is None or attempt.answered_at < attempt.sent_at:
        return None  # what was heard before it was sent again counts no more
    return attempt.answered_at - attempt.sent_at


def _ends_of(attempts: Sequence[Attempt]) -> list[tuple[Attempt, datetime]]:
    """Each call with the instant of its answer; with that of its asking, while it is open.

    Calls that bear one instant were made one after another, so the later ones answer later.
    """
    ends: list[tuple[Attempt, datetime]] = []
    last: dict[datetime, datetime] = {}
    for attempt in attempts:
        end = last.get(attempt.sent_at, attempt.sent_at) + (_took(attempt) or timedelta())
        last[attempt.sent_at] = end
        ends.append((attempt, end))
    return ends


def _asked(attempt: Attempt, at: datetime) -> Moment:
    operation = Operation(attempt.operation)
    cents = attempt.parameters.get("amount", attempt.parameters.get("amount_to_capture", 0))
    purpose = _CALLS[operation].format(amount=format_cents(cents))
    note, tone = _answer(attempt)
    named, _, _ = attempt.answer.partition(" ")
    parts = [f"asked at {_clock(attempt.first_sent_at, beside=at)}"]
    if attempt.sent_at > attempt.first_sent_at:
        parts.append(f"again at {_clock(attempt.sent_at, beside=at)}")
    is_seen = attempt.answer.startswith(_SEEN)
    if (took := _took(attempt)) and not is_seen:
        parts.append(f"took {_span(took)}")
    parts.append(f"key {_short_key(attempt.key)}")
    if attempt.state == AttemptState.ANSWERED and named and not is_seen:
        parts.append(named)
    return Moment(at, Rank.ASKED, f"Stripe was asked to {purpose}", note, ", ".join(parts), tone)


def _answer(attempt: Attempt) -> tuple[str, str]:
    match AttemptState(attempt.state):
        case AttemptState.SENT:
            return "Nothing has been heard of it yet", "warn"
        case AttemptState.UNANSWERED:
            why = _SILENCES.get(attempt.silence, "no answer")
            return f"No answer: {why}. It is asked again", "bad"
        case AttemptState.ANSWERED if attempt.answer.startswith(_SEEN):
            return f"No answer. {attempt.answer.removesuffix('.')}", "good"
        case AttemptState.ANSWERED:
            return f"Answered: {_state_in(attempt.answer)}", "good"
        case AttemptState.REFUSED:
            return f"Refused: {attempt.answer}", "bad"
        case AttemptState.ABANDONED:
            return f"It did nothing, so it was asked anew: {attempt.answer}", "warn"


def _state_in(answer: str) -> str:
    """`pi_1 requires_capture` as "requires capture"."""
    return answer.rpartition(" ")[2].replace("_", " ")


def _moved(
    entry: AuditEntry,
    amounts: Mapping[str, int],
    ends: Sequence[tuple[Attempt, datetime]],
    audit: Sequence[AuditEntry],
) -> Moment:
    if _is_refused(entry, amounts):
        return _refused(entry)
    if entry.action in _UNKNOWN and (known_at := _found_out_at(entry, ends, audit)):
        return _was_unknown(entry, known_at)
    cents = {
        name: format_cents(entry.facts.get(f"{name}_cents", 0))
        for name in ("authorized", "captured", "refunded")
    }
    kind, _, named = entry.subject.partition(":")
    spelled = _spell(entry.action)
    title = spelled if kind == "payment" else f"{kind.capitalize()}: {spelled.lower()}"
    title, tone = _MOVES.get(entry.action, (title, ""))
    parts = [] if entry.actor_kind == ActorKind.SYSTEM else [f"by {entry.actor_name}"]
    amount = amounts.get(named) or (entry.facts.get("amount_cents") if parts else None)
    parts += [format_cents(amount)] if amount else []
    at = _known_at(entry, ends)
    return Moment(at, Rank.MOVED, title.format(**cents), ", ".join(parts), "", tone)


def _found_out_at(
    entry: AuditEntry, ends: Sequence[tuple[Attempt, datetime]], audit: Sequence[AuditEntry]
) -> datetime | None:
    """When it came out what nobody knew at an entry; None while nobody does."""
    after = audit[audit.index(entry) + 1 :]
    moves = (each for each in after if each.subject == entry.subject and each.action in _MOVES)
    following = next(moves, None)
    return _known_at(following, ends) if following else None


def _was_unknown(entry: AuditEntry, known_at: datetime) -> Moment:
    """A time when the outcome was not known stays in the story, with its beginning and its end."""
    title, tone = _MOVES[entry.action]
    end = _clock(known_at, beside=entry.at)
    note = f"Asked at {_clock(entry.at, beside=entry.at)}, and known at {end}"
    return Moment(entry.at, Rank.MOVED, title, note, "", tone)


def _known_at(entry: AuditEntry, ends: Sequence[tuple[Attempt, datetime]]) -> datetime:
    """When a move came to be known: with the answer of the call that brought it, if one did.

    The audit bears the instant at which that call was begun.
    """
    kind, _, named = entry.subject.partition(":")
    operations = _BROUGHT_BY.get(entry.action, frozenset())
    answers = [
        end
        for attempt, end in ends
        if attempt.sent_at == entry.at
        and attempt.operation in operations
        and (kind == "payment" or str(attempt.refund_id) == named)
    ]
    return max(answers, default=entry.at)


def _is_refused(entry: AuditEntry, amounts: Mapping[str, int]) -> bool:
    """Whether a refund was asked for in the office, and is not there: none was begun."""
    wish = entry.facts.get("wish")
    return entry.action == "payment.refund_asked" and wish is not None and wish not in amounts


def _refused(entry: AuditEntry) -> Moment:
    asked = format_cents(entry.facts.get("amount_cents", 0))
    title = f"{entry.actor_name} asked for a refund of {asked}, and was refused"
    note = "Nothing was sent back, and Stripe was not asked"
    return Moment(entry.at, Rank.MOVED, title, note, "", "bad")


def _told(event: StripeEvent) -> Moment:
    outcome, tone = {
        EventState.WAITING: ("it waits to be worked on", "warn"),
        EventState.DONE: ("worked on", "good"),
        EventState.IGNORED: ("moves nothing here", ""),
        EventState.UNMATCHED: ("about nothing that we know of", "bad"),
    }[EventState(event.state)]
    note = f"{outcome}: {event.note}" if event.note else outcome
    late = event.received_at - event.created_at
    detail = f"event {event.pk}" + (f", {_span(late)} after it happened" if late > _SECOND else "")
    title = f"Stripe told us: {event.type}"
    return Moment(event.received_at, Rank.TOLD, title, note.capitalize(), detail, tone)


def _disputed(dispute: Dispute) -> Moment:
    title = f"The customer's bank disputes {format_cents(dispute.amount_cents)}"
    note = f"{_spell(dispute.reason)}. Now: {dispute.get_status_display().lower()}"
    return Moment(dispute.opened_at, Rank.TOLD, title, note, f"dispute {dispute.pk}", "bad")


def _differed(row: Difference) -> Iterator[Moment]:
    title = f"Stripe's books differ: {row.get_kind_display().lower()}"
    tone = "" if row.closed_at else "bad"
    yield Moment(row.found_at, Rank.FOUND, title, row.detail, f"difference {row.pk}", tone)
    if row.closed_at:
        closed = f"{row.closed_by} closed the difference"
        yield Moment(row.closed_at, Rank.FOUND, closed, row.note, f"difference {row.pk}", "good")


def _spell(action: str) -> str:
    """`payment.capture_asked` as "Capture asked"."""
    return action.rpartition(".")[2].replace("_", " ").capitalize()


def _short_key(key: str) -> str:
    """The parts of a key that tell it from others: `0b9f4c1e...:capture:2`."""
    subject, _, rest = key.partition(":")
    return f"{subject[:8]}...:{rest}" if rest else key[:20]


def _clock(at: datetime, *, beside: datetime) -> str:
    """A time on the clock of the office; with its day, where that is not the one beside it."""
    here, there = timezone.localtime(at), timezone.localtime(beside)
    return f"{here:%H:%M:%S}" if here.date() == there.date() else f"{here:%b %-d, %H:%M:%S}"


def _span(length: timedelta) -> str:
    if length < 2 * _MINUTE:
        return f"{length / _SECOND:.1f} s"
    if length < 2 * _HOUR:
        return f"{round(length / _MINUTE)} min"
    return f"{round(length / _HOUR)} h"
