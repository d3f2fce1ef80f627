"""Did this key happen, and what was answered?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import orjson
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from apps.core import answers
from apps.core.api.views import ApiView, refuse_unprintable, scope_of, send_json
from apps.core.errors import DomainError, IdempotencyKeyRequired, IdempotencyKeyUnknown

if TYPE_CHECKING:
    from django.http import HttpResponse
    from rest_framework.request import Request


class StoredAnswer(serializers.Serializer[Any]):
    key = serializers.CharField()
    status = serializers.IntegerField(help_text="The HTTP status that was answered.")
    body = serializers.JSONField(help_text="The body that was answered.")


class IdempotencyKeyView(ApiView):
    """The answer stored under one of the caller's own keys."""

    refusals: ClassVar[dict[str, tuple[type[DomainError], ...]]] = {
        "GET": (IdempotencyKeyUnknown, IdempotencyKeyRequired)
    }

    @extend_schema(operation_id="find_idempotency_key", responses=StoredAnswer)
    def get(self, request: Request, key: str) -> HttpResponse:
        """What was answered under a key; 404 when nothing was done under it."""
        refuse_unprintable(key)
        answer = answers.find_answer(scope=scope_of(request), key=key)
        return send_json({"key": key, "status": answer.status, "body": orjson.loads(answer.body)})
