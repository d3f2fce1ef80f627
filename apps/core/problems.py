"""Refusals and faults as `application/problem+json` (RFC 9457): one shape for every API error."""

from __future__ import annotations

from http import HTTPStatus
from math import ceil
from typing import TYPE_CHECKING, Any

import orjson
import structlog
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, InterfaceError, OperationalError
from django.http import Http404, HttpResponse
from rest_framework import exceptions

from apps.core.errors import DatabaseUnavailable, DomainError, Kind, StateChanged
from apps.core.validation import from_validation

if TYPE_CHECKING:
    from django.http import HttpRequest

CONTENT_TYPE = "application/problem+json"
STATUS_OF: dict[Kind, HTTPStatus] = {
    Kind.MALFORMED: HTTPStatus.BAD_REQUEST,
    Kind.UNAUTHENTICATED: HTTPStatus.UNAUTHORIZED,
    Kind.FORBIDDEN: HTTPStatus.FORBIDDEN,
    Kind.NOT_FOUND: HTTPStatus.NOT_FOUND,
    Kind.NOT_ACCEPTABLE: HTTPStatus.NOT_ACCEPTABLE,
    Kind.CONFLICT: HTTPStatus.CONFLICT,
    Kind.TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    Kind.INVALID: HTTPStatus.UNPROCESSABLE_ENTITY,
    Kind.LIMITED: HTTPStatus.TOO_MANY_REQUESTS,
    Kind.BUSY: HTTPStatus.SERVICE_UNAVAILABLE,
}
RETRY_SECONDS_WHEN_DOWN = 2

log = structlog.get_logger()


def problem(request: HttpRequest, refusal: DomainError) -> HttpResponse:
    """The answer to a request that was refused."""
    status = STATUS_OF[refusal.kind]
    document: dict[str, Any] = {
        **refusal.facts,
        "type": f"/api/docs/problems#{refusal.code}",
        "title": refusal.title,
        "status": int(status),
        "detail": refusal.detail,
        "code": refusal.code,
        "instance": request.path,
    }
    if refusal.errors:
        document["errors"] = [
            {"pointer": e.pointer, "code": e.code, "detail": e.detail} for e in refusal.errors
        ]
    response = _respond(status, document)
    if refusal.retry_after is not None:
        response["Retry-After"] = str(refusal.retry_after)
    if status == HTTPStatus.UNAUTHORIZED:
        response["WWW-Authenticate"] = "Bearer"
    return response


def plain_problem(request: HttpRequest, status: HTTPStatus, detail: str = "") -> HttpResponse:
    """The answer to a request that failed below the domain: no such page, no such method."""
    document = {
        "type": "about:blank",
        "title": status.phrase,
        "status": int(status),
        "detail": detail or status.description,
        "code": status.phrase.lower().replace(" ", "-"),
        "instance": request.path,
    }
    return _respond(status, document)


def _respond(status: HTTPStatus, document: dict[str, Any]) -> HttpResponse:
    body = orjson.dumps(document, default=str)
    return HttpResponse(body, status=status, content_type=CONTENT_TYPE)


def exception_handler(error: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """DRF's hook: every exception of an API view, as a problem. None lets Django answer 500."""
    request: HttpRequest = context["request"]
    match error:
        case DomainError():
            return problem(request, error)
        case exceptions.ValidationError():
            return problem(request, from_validation(error))
        case OperationalError() | InterfaceError():
            log.error("database_unavailable", exc_info=error)
            down = DatabaseUnavailable(
                "The database does not answer. Nothing was done; send the same request again.",
                retry_after=RETRY_SECONDS_WHEN_DOWN,
            )
            return problem(request, down)
        case IntegrityError():
            log.error("integrity_error", exc_info=error)
            return problem(request, StateChanged("Nothing was done. Look again, then retry."))
        case Http404() | PermissionDenied() | exceptions.APIException():
            return _from_framework(request, error)
    return None


def _from_framework(
    request: HttpRequest, error: Http404 | PermissionDenied | exceptions.APIException
) -> HttpResponse:
    if isinstance(error, Http404):
        return plain_problem(request, HTTPStatus.NOT_FOUND)
    if isinstance(error, PermissionDenied):
        return plain_problem(request, HTTPStatus.FORBIDDEN)
    response = plain_problem(request, HTTPStatus(error.status_code), str(error.detail))
    if error.status_code == HTTPStatus.UNAUTHORIZED:
        response["WWW-Authenticate"] = getattr(error, "auth_header", None) or "Bearer"
    if wait := getattr(error, "wait", None):
        response["Retry-After"] = str(ceil(wait))
    return response
