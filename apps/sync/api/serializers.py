"""What is sent to `/api/sync` and answered, for the page that describes the API.

A batch is read by `apps.sync.services.receiving`: an event that does not fit these fields is
rejected by itself, and the others of its batch count.
"""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.core.api.fields import StrictSerializer

RESULTS = ["accepted", "duplicate", "rejected"]


class EventIn(serializers.Serializer[Any]):
    id = serializers.UUIDField(help_text="It counts once, however often it comes.")
    type = serializers.CharField(max_length=80)
    version = serializers.IntegerField(min_value=1)
    occurred_at = serializers.DateTimeField()
    aggregate = serializers.CharField(max_length=120, help_text="What it is about.")
    data = serializers.DictField(help_text="As the schema of its type and version says.")  # type: ignore[assignment]  # a name that a serializer has, too


class BatchIn(serializers.Serializer[Any]):
    batch_id = serializers.RegexField(r"^[!-~]{1,100}$", help_text="Of these very bytes.")
    source = serializers.CharField(help_text="SYNC_SOURCE of the sender; its token's as well.")  # type: ignore[assignment]  # as above
    sequence = serializers.IntegerField(
        min_value=1, help_text="Number of the first event; each after it has the next one."
    )
    events = serializers.ListField(child=EventIn(), min_length=1, max_length=1_000)


class ResultOut(serializers.Serializer[Any]):
    id = serializers.CharField(allow_null=True, help_text="As it was sent.")
    status = serializers.ChoiceField(choices=RESULTS)
    code = serializers.CharField(required=False, help_text="Why it was rejected.")
    detail = serializers.CharField(required=False)


class GapOut(serializers.Serializer[Any]):
    first = serializers.IntegerField()
    last = serializers.IntegerField()


class BatchOut(serializers.Serializer[Any]):
    batch_id = serializers.CharField()
    results = ResultOut(many=True, help_text="One of each event, in their order.")
    next_expected_sequence = serializers.IntegerField(help_text="The lowest that has not come.")
    gaps = GapOut(many=True, help_text="What is missing below others; the first hundred.")


class StatusQuery(StrictSerializer):
    source = serializers.CharField(max_length=40)  # type: ignore[assignment]  # as above


class CountsOut(serializers.Serializer[Any]):
    accepted = serializers.IntegerField(help_text="Facts that were taken in.")
    duplicate = serializers.IntegerField(help_text="How often one came again.")
    rejected = serializers.IntegerField(help_text="Facts that stand rejected.")


class StatusOut(serializers.Serializer[Any]):
    source = serializers.CharField()  # type: ignore[assignment]  # as above
    last_sequence = serializers.IntegerField(help_text="The highest number seen; 0 if none.")
    next_expected_sequence = serializers.IntegerField()
    gaps = GapOut(many=True)
    counts = CountsOut()
    warning = serializers.CharField(help_text="Empty, or what somebody should look into.")
    last_received_at = serializers.DateTimeField(allow_null=True)
