"""Where other installations send what happened there, and ask what has arrived."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from django.http import HttpResponse, UnreadablePostError
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import UnsupportedMediaType

from apps.core.api.views import ApiView, send_json
from apps.core.errors import JSONInvalid, SignatureInvalid
from apps.stores.api.services import ServiceAuthentication
from apps.stores.errors import PermissionMissing, TokenInvalid, TokenRequired
from apps.stores.service_types import Scope, ServiceCaller
from apps.sync import errors
from apps.sync.api.asking import refuse_stranger
from apps.sync.api.serializers import BatchIn, BatchOut, StatusOut, StatusQuery
from apps.sync.inbox import describe_status
from apps.sync.services.receiving.batches import Delivery, receive_batch
from apps.sync.types import MAX_BODY_BYTES

if TYPE_CHECKING:
    from rest_framework.request import Request

    from apps.core.errors import DomainError

_TOKEN = (TokenRequired, TokenInvalid, PermissionMissing)
_PACKINGS = {"": False, "identity": False, "gzip": True}
_HEADERS = [
    OpenApiParameter(name, str, OpenApiParameter.HEADER, required=True, description=description)
    for name, description in (
        ("webhook-id", "Standard Webhooks: the id of the batch."),
        ("webhook-timestamp", "Seconds since 1970, within five minutes of now."),
        ("webhook-signature", "`v1,` and HMAC-SHA256 in base64 over the body as it is sent."),
    )
]


class SyncView(ApiView):
    """Facts of another installation."""

    authentication_classes = (ServiceAuthentication,)
    caller: ClassVar[type] = ServiceCaller
    scopes: ClassVar[dict[str, Scope]] = {"POST": Scope.SYNC_WRITE}
    refusals: ClassVar[dict[str, tuple[type[DomainError], ...]]] = {
        "POST": (
            *_TOKEN,
            SignatureInvalid,
            errors.BatchTooLarge,
            errors.EncodingInvalid,
            errors.NoEventsReadable,
            errors.BatchReused,
            errors.BatchUnstorable,
        )
    }

    @extend_schema(
        operation_id="send_facts", request=BatchIn, responses=BatchOut, parameters=_HEADERS
    )
    def post(self, request: Request) -> HttpResponse:
        """Send what happened, in batches of at most 1,000 events or 5 MiB, in gzip or not.

        One bad event never fails its batch; the same batch again has the same answer.
        """
        delivery = Delivery(
            source=cast("ServiceCaller", request.auth).source,
            headers=request.headers,
            is_packed=_is_packed(request),
            body=_body_of(request),
        )
        answer = receive_batch(delivery, now=timezone.now())
        return HttpResponse(answer, content_type="application/json")


class SyncStatusView(ApiView):
    """What has arrived of another installation."""

    authentication_classes = (ServiceAuthentication,)
    caller: ClassVar[type] = ServiceCaller
    refusals: ClassVar[dict[str, tuple[type[DomainError], ...]]] = {
        "GET": (*_TOKEN, errors.PeerUnknown)
    }

    @extend_schema(operation_id="read_sync_status", parameters=[StatusQuery], responses=StatusOut)
    def get(self, request: Request) -> HttpResponse:
        """Which numbers have come, and what is missing, for who sends them or may read."""
        source = self.read(request, StatusQuery)["source"]
        refuse_stranger(cast("ServiceCaller", request.auth), source)
        return send_json(describe_status(source=source))


def _is_packed(request: Request) -> bool:
    """Whether the body is in gzip.

    Raises:
        UnsupportedMediaType: it is no JSON, or packed in another way.
    """
    content_type = request.content_type.partition(";")[0].strip().lower()
    packing = request.headers.get("Content-Encoding", "").strip().lower()
    if content_type != "application/json":
        raise UnsupportedMediaType(request.content_type)
    if packing not in _PACKINGS:
        raise UnsupportedMediaType(packing, "Send the body plain or with Content-Encoding: gzip.")
    return _PACKINGS[packing]


def _body_of(request: Request) -> bytes:
    """The body, of which no more is read than one byte too many."""
    try:
        return request.stream.read(MAX_BODY_BYTES + 1) if request.stream else b""
    except UnreadablePostError as error:
        raise JSONInvalid("The body was cut short.") from error
