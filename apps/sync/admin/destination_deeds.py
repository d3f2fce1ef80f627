"""What can be done about a destination: each deed asks first, and stands in the audit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.utils import timezone
from django_subatomic.db import transaction
from unfold.decorators import action

from apps.core.admin.asking import confirm, typed
from apps.core.admin.base import actor_of, get_row
from apps.sync.admin.giving_up import GivingUp
from apps.sync.admin.ringing import ring_or_say
from apps.sync.deeds import Chosen
from apps.sync.forms import NothingForm, SecondSecretForm, WhyForm
from apps.sync.services.arranging import (
    add_second_secret,
    promote_secret,
    withdraw_second_secret,
)
from apps.sync.services.deciding import replay
from apps.sync.services.steering import send_soon, start, stop, widen_batches
from apps.sync.types import MAX_EVENTS, DestinationState

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from apps.core.admin.asking import Said
    from apps.core.types import Actor


class DestinationDeeds(GivingUp):
    """The buttons above a destination."""

    actions_detail = (
        "start_again",
        "send_now",
        {
            "title": "More",
            "icon": "more_horiz",
            "items": [
                "replay_all",
                "widen",
                "second_secret",
                "promote_secret",
                "withdraw_secret",
                "stop",
                "give_up",
            ],
        },
    )

    second_secret_form = SecondSecretForm

    def add_secret(self, actor: Actor, row: Any, secret: str) -> str:
        return add_second_secret(
            actor=actor, destination_id=row.pk, secret=secret, now=timezone.now()
        )

    def use_second_secret(self, actor: Actor, row: Any) -> None:
        promote_secret(actor=actor, destination_id=row.pk, now=timezone.now())

    def forget_second_secret(self, actor: Actor, row: Any) -> None:
        withdraw_second_secret(actor=actor, destination_id=row.pk, now=timezone.now())

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        row = self.get_object(request, str(object_id))
        offered = super().get_actions_detail(request, object_id)
        if row is None:
            return offered
        if row.state == DestinationState.GIVEN_UP:
            return []
        is_stopped = row.state == DestinationState.STOPPED
        idle = {"send_now", "stop"} if is_stopped else {"start_again"}
        idle |= set() if row.dead_count else {"replay_all"}
        idle |= {"widen"} if row.batch_limit >= MAX_EVENTS else set()
        return [
            each
            for each in offered
            if each.path not in idle and self.fits_secrets(row, str(each.path))
        ]

    def has_steer_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Unfold asks this for all that is done about one."""
        return self.has_change_permission(request)

    @action(description="Send now", icon="send", permissions=["steer"], url_path="send_now")
    def send_now(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Make it its turn."""

        def do(row: Any) -> Said:
            is_running = send_soon(
                actor=actor_of(request), destination_id=row.pk, now=timezone.now()
            )
            if is_running:
                return messages.INFO, "It is being sent to at this moment."
            return messages.SUCCESS, "It is its turn now. Look again in a minute."

        return self._do(request, object_id, do, {
            "title": "Send now?",
            "text": "What waits is sent at once, without waiting for the next five minutes.",
            "hint": "Nothing is sent twice by it.",
            "confirm": "Send now",
        })  # fmt: skip

    @action(description="Start again", icon="play_arrow", permissions=["steer"])
    def start_again(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Send to it again."""

        def do(row: Any) -> Said:
            start(actor=actor_of(request), destination_id=row.pk, now=timezone.now())
            return messages.SUCCESS, "It is sent to again, from where it stopped."

        return self._do(request, object_id, do, {
            "title": "Start again?",
            "text": "What has waited is sent from where it stopped. Nothing was lost meanwhile.",
            "hint": "If what stopped it is not mended, it stops again at once.",
            "confirm": "Start again",
        })  # fmt: skip

    @action(description="Set back the batch size", icon="expand", permissions=["steer"])
    def widen(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Put a thousand facts into a batch again."""

        def do(row: Any) -> Said:
            widen_batches(actor=actor_of(request), destination_id=row.pk, now=timezone.now())
            return messages.SUCCESS, f"A batch holds up to {MAX_EVENTS:,} facts again."

        return self._do(request, object_id, do, {
            "title": f"{MAX_EVENTS:,} facts in a batch again?",
            "text": "Batches were made smaller because it said that they were too large.",
            "hint": "If they still are, they are halved again, and nothing is lost by it.",
            "confirm": "Set it back",
        })  # fmt: skip

    @action(description="Replay all dead letters", icon="replay", permissions=["steer"])
    def replay_all(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Send every dead letter of it again."""
        row = get_row(self, request, object_id)

        def do(row: Any) -> Said:
            done = replay(actor=actor_of(request), chosen=Chosen(row.pk), now=timezone.now())
            letters = "1 dead letter is" if done.count == 1 else f"{done.count:,} dead letters are"
            when = " Start it: it is stopped." if done.is_stopped else ""
            return messages.SUCCESS, f"{letters} sent again, oldest first.{when}"

        return self._do(request, object_id, do, {
            "title": f"Replay {row.dead_count:,} dead letters of {row.name}?",
            "text": "Each is sent once more by itself, the oldest first, before anything new.",
            "hint": "One that is refused again is a dead letter again. Whatever the other side has"
            " taken before it takes no second time.",
            "confirm": "Replay all",
        })  # fmt: skip

    @action(description="Stop", icon="stop", permissions=["steer"], url_path="stop")
    def stop(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Send nothing more to it."""
        row = get_row(self, request, object_id)
        form = WhyForm(typed(request))
        question = {
            "title": f"Stop sending to {row.name}?",
            "text": "Nothing goes there until somebody presses Start again.",
            "hint": "What happens meanwhile is kept and sent then.",
            "confirm": "Stop",
            "back": self._address(row),
        }

        def do(given: dict[str, Any]) -> Said:
            with transaction():
                stop(
                    actor=actor_of(request),
                    destination_id=row.pk,
                    reason=given["reason"],
                    now=timezone.now(),
                )
            return messages.SUCCESS, "Nothing is sent to it any more."

        return confirm(self, request, form, question, do)

    def _do(
        self,
        request: HttpRequest,
        object_id: str,
        deed: Callable[[Any], Said],
        question: dict[str, Any],
    ) -> HttpResponse:
        """Ask, do it, and call a worker once it is committed."""
        row = get_row(self, request, object_id)

        def do(given: dict[str, Any]) -> Said:
            with transaction():
                said = deed(row)
            ring_or_say(request)
            return said

        back = {"back": self._address(row)}
        return confirm(self, request, NothingForm(typed(request)), question | back, do)
