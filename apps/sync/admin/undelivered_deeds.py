"""Replaying and discarding: one fact or many, with a question before anything that counts."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django_subatomic.db import transaction
from unfold.decorators import action

from apps.core.admin.asking import confirm, typed
from apps.core.admin.base import ReadOnlyAdmin, actor_of
from apps.sync.admin.ringing import ring_or_say, say_when, say_when_one
from apps.sync.deeds import DISCARDABLE, RECALLABLE, REPLAYABLE, Chosen
from apps.sync.errors import SyncStateConflict
from apps.sync.forms import NothingForm, WhyForm
from apps.sync.models import Undelivered
from apps.sync.services.deciding import discard, replay, send_after_all

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse
    from django.urls import URLPattern

    from apps.core.admin.asking import Said
    from apps.sync.deeds import Replayed

_LIST = "admin:sync_undelivered_changelist"
_GONE = (
    "What waited behind them goes by itself. They can be sent after all later, one by one, and"
    " then out of order."
)


class UndeliveredDeeds(ReadOnlyAdmin):
    """The buttons above an undelivered fact, and the deeds below the list of them."""

    actions_detail = ("replay_one", "discard_one", "send_after_all")
    actions = ("replay_selected", "discard_selected")

    def has_decide_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Unfold asks this for replaying and discarding."""
        return request.user.has_perm("sync.change_undelivered")

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        row = self.get_object(request, str(object_id))
        offered = super().get_actions_detail(request, object_id)
        if not isinstance(row, Undelivered):
            return offered
        fits = {
            "replay_one": REPLAYABLE,
            "discard_one": DISCARDABLE,
            "send_after_all": RECALLABLE,
        }
        return [each for each in offered if row.state in fits[str(each.path)]]

    def say_arrived(self, request: HttpRequest) -> HttpResponse:
        """Lead whoever comes back to a fact that stands here no more to those that do."""
        messages.success(request, "It has arrived.")
        return HttpResponseRedirect(reverse(_LIST))

    def get_urls(self) -> list[URLPattern]:
        named = {"replay": self.replay_many, "discard": self.discard_many}
        own = [
            path(f"{deed}/", self.admin_site.admin_view(view), name=f"sync_undelivered_{deed}")
            for deed, view in named.items()
        ]
        urls: list[URLPattern] = super().get_urls()
        return [*own, *urls]

    @action(description="Replay", icon="replay", permissions=["decide"], url_path="replay_one")
    def replay_one(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Send it again."""
        row = self.get_object(request, object_id)
        if row is None:
            return self.say_arrived(request)
        question = {
            "title": f"Send fact #{row.sequence} to {row.destination.name} again?",
            "text": f"It is sent once more by itself, {say_when_one(row)}, before anything new.",
            "hint": "If it is refused again, it is a dead letter again.",
            "confirm": "Replay",
            "back": reverse("admin:sync_undelivered_change", args=[row.pk]),
        }

        def do(given: dict[str, Any]) -> Said:
            return self._replay(request, [row])

        return confirm(self, request, NothingForm(typed(request)), question, do)

    @action(description="Discard", icon="delete", permissions=["decide"], url_path="discard_one")
    def discard_one(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Let go of it for good."""
        row = self.get_object(request, object_id)
        if row is None:
            return self.say_arrived(request)
        behind = f" {row.held_count:,} that wait behind it go by themselves." * bool(row.held_count)
        question = {
            "title": f"Never send fact #{row.sequence} to {row.destination.name}?",
            "text": "It stays in the books here; the other side never hears of it, and both sides'"
            f" totals differ by it.{behind}",
            "hint": "If you can mend the cause, mend it and replay instead. A discarded fact can be"
            " sent after all, but then out of order.",
            "confirm": "Discard for good",
            "back": reverse("admin:sync_undelivered_change", args=[row.pk]),
        }

        def do(given: dict[str, Any]) -> Said:
            return self._discard(request, [row], given["reason"])

        return confirm(self, request, WhyForm(typed(request)), question, do)

    @action(description="Send it after all", icon="undo", permissions=["decide"])
    def send_after_all(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Send one that somebody has discarded."""
        row = self.get_object(request, object_id)
        if row is None:
            return self.say_arrived(request)
        question = {
            "title": f"Send fact #{row.sequence} to {row.destination.name} after all?",
            "text": f"{row.discarded_by} had discarded it: {row.discarded_reason}",
            "hint": f"It is sent {say_when_one(row)}. Later facts about the same thing may be there"
            " already, so ask the people there whether they can take it now.",
            "confirm": "Send it after all",
            "back": reverse("admin:sync_undelivered_change", args=[row.pk]),
        }

        def do(given: dict[str, Any]) -> Said:
            return self._replay(request, [row], by=send_after_all)

        return confirm(self, request, NothingForm(typed(request)), question, do)

    @admin.action(description="Replay the selected", permissions=["decide"])
    def replay_selected(
        self, request: HttpRequest, queryset: QuerySet[Undelivered]
    ) -> HttpResponse | None:
        """One at once; more of them after a question."""
        rows = list(queryset)
        if len(rows) > 1:
            return _ask_about("replay", rows)
        try:
            level, sentence = self._replay(request, rows)
        except SyncStateConflict as refusal:
            level, sentence = messages.ERROR, refusal.detail
        messages.add_message(request, level, sentence)
        return None

    @admin.action(description="Discard the selected", permissions=["decide"])
    def discard_selected(
        self, request: HttpRequest, queryset: QuerySet[Undelivered]
    ) -> HttpResponse:
        """Ask why first."""
        return _ask_about("discard", list(queryset))

    def replay_many(self, request: HttpRequest) -> HttpResponse:
        """Ask, then send all of them again."""
        rows = self._read_chosen(request)
        question = {
            "title": f"Replay {len(rows):,} facts?",
            "text": "Each is sent once more by itself, the oldest first, before anything new.",
            "hint": "What is refused again is a dead letter again.",
            "confirm": "Replay" if rows else "",
            "back": reverse(_LIST),
        }

        def do(given: dict[str, Any]) -> Said:
            return self._replay(request, rows)

        return confirm(self, request, NothingForm(typed(request)), question, do)

    def discard_many(self, request: HttpRequest) -> HttpResponse:
        """Ask why, then let go of all of them."""
        rows = self._read_chosen(request)
        question = {
            "title": f"Never send these {len(rows):,} facts?",
            "text": "They stay in the books here; the other side never hears of them, and both"
            " sides' totals differ by them.",
            "hint": _GONE,
            "confirm": "Discard for good" if rows else "",
            "back": reverse(_LIST),
        }

        def do(given: dict[str, Any]) -> Said:
            return self._discard(request, rows, given["reason"])

        return confirm(self, request, WhyForm(typed(request)), question, do)

    def _read_chosen(self, request: HttpRequest) -> list[Undelivered]:
        if not self.has_decide_permission(request):
            raise PermissionDenied
        ids = [int(text) for text in request.GET.get("ids", "").split(",") if text.isdigit()]
        rows = self.get_queryset(request).filter(pk__in=[key for key in ids if key < 2**63])
        return list(rows.order_by("pk"))

    def _replay(
        self,
        request: HttpRequest,
        rows: list[Undelivered],
        by: Callable[..., Replayed] = replay,
    ) -> Said:
        def do(chosen: Chosen) -> Counter[str]:
            done = by(actor=actor_of(request), chosen=chosen, now=timezone.now())
            return Counter(count=done.count, stopped=done.count * done.is_stopped)

        done = self._do_by_destination(request, rows, do)
        when = say_when(done["count"], stopped=done["stopped"])
        said = f"{_facts(done['count'])} sent again {when}."
        return _say(said, lacking=len(rows) - done["count"])

    def _discard(self, request: HttpRequest, rows: list[Undelivered], reason: str) -> Said:
        def do(chosen: Chosen) -> Counter[str]:
            done = discard(
                actor=actor_of(request), chosen=chosen, reason=reason, now=timezone.now()
            )
            return Counter(count=done.count, freed=done.freed, stopped=done.freed * done.is_stopped)

        done = self._do_by_destination(request, rows, do)
        said = f"{_facts(done['count'])} never sent."
        if freed := done["freed"]:
            waited = (
                "1 that waited behind is" if freed == 1 else f"{freed:,} that waited behind are"
            )
            said += f" {waited} sent {say_when(freed, stopped=done['stopped'])}."
        return _say(said, lacking=len(rows) - done["count"])

    def _do_by_destination(
        self, request: HttpRequest, rows: list[Undelivered], do: Callable[[Chosen], Counter[str]]
    ) -> Counter[str]:
        """Do it as far as it can be done, and call a worker.

        Raises:
            SyncStateConflict: none of it could be done.
        """
        done: Counter[str] = Counter()
        refusal = SyncStateConflict("None of them is undelivered any more: they have arrived.")
        with transaction():
            for chosen in _by_destination(rows):
                try:
                    done += do(chosen)
                except SyncStateConflict as conflict:  # raised before anything is written
                    refusal = conflict
        if not done["count"]:
            raise refusal
        ring_or_say(request)
        return done


def _ask_about(deed: str, rows: list[Undelivered]) -> HttpResponse:
    ids = ",".join(str(row.pk) for row in rows)
    return HttpResponseRedirect(f"{reverse(f'admin:sync_undelivered_{deed}')}?ids={ids}")


def _by_destination(rows: list[Undelivered]) -> list[Chosen]:
    """What was chosen, by destination, in the order in which their rows are locked."""
    found: dict[int, list[int]] = {}
    for row in rows:
        found.setdefault(row.destination_id, []).append(row.pk)
    return [Chosen(destination, ids) for destination, ids in sorted(found.items())]


def _say(said: str, *, lacking: int) -> Said:
    if lacking:
        said += f" {lacking:,} could not be: open each to see why."
    return (messages.WARNING if lacking else messages.SUCCESS), said


def _facts(count: int) -> str:
    return f"{count:,} fact is" if count == 1 else f"{count:,} facts are"
