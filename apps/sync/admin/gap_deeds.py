"""What can be done about numbers that have not come: an owner says that they never will."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.urls import reverse
from django.utils import timezone
from django_subatomic.db import transaction
from unfold.decorators import action

from apps.core.admin.asking import confirm, typed
from apps.core.admin.base import ReadOnlyAdmin, actor_of, get_row
from apps.sync.forms import WhyForm
from apps.sync.gaps import Span
from apps.sync.services.missing import close_gap

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from apps.core.admin.asking import Said


class GapDeeds(ReadOnlyAdmin):
    """The button above a gap."""

    actions_detail = ("never_comes",)

    def has_close_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Unfold asks this for closing a gap: whoever manages its peer does."""
        return request.user.has_perm("sync.change_peer")

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        gap = self.get_object(request, str(object_id))
        offered: list[Any] = super().get_actions_detail(request, object_id)
        return offered if gap and not gap.closed_at else []

    @action(description="These never come", icon="close", permissions=["close"])
    def never_comes(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Wait for these numbers no longer."""
        gap = get_row(self, request, object_id)
        numbers = Span(gap.first, gap.last)
        count = gap.last - gap.first + 1
        question = {
            "title": f"{count:,} number{'s' * (count > 1)} of {gap.peer.name} never come?",
            "text": f"#{gap.first} to #{gap.last} are missing. {gap.peer.name} is asked for them no"
            " longer, and nothing warns of them. Do it where they were discarded or lost there:"
            " what they told is in no total here.",
            "hint": "It cannot be undone. Facts that come under these numbers after all are taken.",
            "confirm": "They never come",
            "back": reverse("admin:sync_peer_change", args=[gap.peer_id]),
        }

        def do(given: dict[str, Any]) -> Said:
            with transaction():
                close_gap(
                    actor=actor_of(request),
                    peer_id=gap.peer_id,
                    numbers=numbers,
                    reason=given["reason"],
                    now=timezone.now(),
                )
            return messages.SUCCESS, "Nobody waits for these numbers any more."

        return confirm(self, request, WhyForm(typed(request)), question, do)
