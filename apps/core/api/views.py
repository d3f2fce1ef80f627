"""The base of all API views: translate in, call one service, translate out."""

from __future__ import annotations

import re
from functools import lru_cache
from http import HTTPStatus
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, cast

import orjson
from django.http import HttpResponse, QueryDict
from django.template.response import SimpleTemplateResponse
from django.utils import timezone
from rest_framework.views import APIView

from apps.core import answers, idempotency
from apps.core.errors import DomainError, FieldError, IdempotencyKeyRequired

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.serializers import BaseSerializer


_KEY = re.compile(r"[\x20-\x7e]{1,255}")
REPLAYED_HEADER = "Idempotency-Replayed"
_readers: dict[type[BaseSerializer[Any]], BaseSerializer[Any]] = {}


class ApiView(APIView):
    """One path of the API.

    `refusals` names, per method, what the call may refuse: the OpenAPI page is written from it.
    `idempotent` names the methods that need an Idempotency-Key.
    """

    refusals: ClassVar[dict[str, tuple[type[DomainError], ...]]] = {}
    idempotent: ClassVar[frozenset[str]] = frozenset()

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Answer a request, and let go of it.

        Its parser's context ties request, view and answer to a circle; many of them would wait in
        memory for the collector, each with a whole basket read and written.
        """
        response = super().dispatch(request, *args, **kwargs)
        if not isinstance(response, SimpleTemplateResponse):  # which is rendered with them later
            self.request.parser_context.clear()
        return response

    def read(self, request: Request, serializer_class: type[BaseSerializer[Any]]) -> Any:
        """The request's body (or, for a GET, its query), validated."""
        if request.method in {"GET", "HEAD"}:
            query = request.META.get("QUERY_STRING", "").encode("latin-1")  # as WSGI has it
            return _read_query(serializer_class, query)  # type: ignore[arg-type]  # classes hash
        return _reader(serializer_class).run_validation(request.data)

    def once(self, request: Request, action: idempotency.Action) -> HttpResponse:
        """Run an action under the request's idempotency key and send its answer."""
        return send(idempotency.run_once(_keyed(request), now=timezone.now(), action=action))

    def once_outside(self, request: Request, action: idempotency.Action) -> HttpResponse:
        """As `once`, for an action whose effect is outside the database.

        The action opens its own transactions and knows by its own ids what it has done before; the
        key keeps its answer once there is one.
        """
        keyed = _keyed(request)
        if answer := answers.find_replay(keyed):
            return send(answer)
        status, document = action()
        return send(answers.keep_answer(keyed, status, document, now=timezone.now()))


def _keyed(request: Request) -> answers.Request:
    return answers.Request(
        scope=scope_of(request),
        key=key_of(request),
        operation=f"{request.method} {request.path}",
        body=request.data,
    )


def _reader(serializer_class: type[BaseSerializer[Any]]) -> BaseSerializer[Any]:
    """One instance per class: making one copies all its fields, validating changes none."""
    reader = _readers.get(serializer_class)
    if reader is None:
        reader = _readers.setdefault(serializer_class, serializer_class())
    return reader


@lru_cache(maxsize=1_024)  # a query may have 8 KB
def _read_query(
    serializer_class: type[BaseSerializer[Any]], query: bytes
) -> MappingProxyType[str, Any]:
    """A query, validated. It says the same whoever asks, and tills scan the same goods all day."""
    source = QueryDict(query).dict()
    return MappingProxyType(_reader(serializer_class).run_validation(source))


def scope_of(request: Request) -> str:
    """Under which the caller's idempotency keys live: its terminal."""
    scope: str = cast("Any", request.auth).scope
    return scope


def key_of(request: Request) -> str:
    """The request's idempotency key.

    Raises:
        IdempotencyKeyRequired: there is none, or it is not 1 to 255 printable ASCII characters.
    """
    key = request.headers.get("Idempotency-Key", "").strip()
    refuse_unprintable(key)
    return key


def refuse_unprintable(key: str) -> None:
    """Refuse what can be no idempotency key.

    Raises:
        IdempotencyKeyRequired: it is not 1 to 255 printable ASCII characters.
    """
    if not _KEY.fullmatch(key):
        raise IdempotencyKeyRequired(
            "Send a header Idempotency-Key of 1 to 255 printable characters, new for each request.",
            errors=[FieldError("", "idempotency-key-required", "Missing or unprintable.")],
        )


def send_json(document: Any, status: int = HTTPStatus.OK) -> HttpResponse:
    """A document as it goes out, without a renderer to choose: the API speaks JSON."""
    body = orjson.dumps(document, option=orjson.OPT_UTC_Z)
    return HttpResponse(body, status=status, content_type="application/json")


def send(answer: answers.Answer) -> HttpResponse:
    """A stored answer as it goes out."""
    response = HttpResponse(answer.body, status=answer.status, content_type="application/json")
    if answer.is_replay:
        response[REPLAYED_HEADER] = "true"
    return response
