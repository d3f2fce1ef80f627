"""What every request passes through: its id, the probes' shortcut, the office's zone."""

from __future__ import annotations

import re
import uuid
import zoneinfo
from typing import TYPE_CHECKING, ClassVar

import structlog
from django.conf import settings
from django.utils import timezone

from apps.core.views import live, ready

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

HEADER = "X-Request-Id"
_SANE = re.compile(r"[A-Za-z0-9._:-]{1,128}")


class RequestIdMiddleware:
    """Takes the caller's request id where it is sane, makes one where not, and answers with it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        offered = request.headers.get(HEADER, "")
        request_id = offered if _SANE.fullmatch(offered) else uuid.uuid4().hex
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        response = self.get_response(request)
        response[HEADER] = request_id
        if request.path.startswith("/api/") and "Cache-Control" not in response:
            response["Cache-Control"] = "no-store"
        return response


class HealthMiddleware:
    """Answers probes before the host is looked at: they call a container by its address."""

    views: ClassVar[dict[str, Callable[[HttpRequest], HttpResponse]]] = {
        "/health/live": live,
        "/health/ready": ready,
    }

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        asks = request.method in {"GET", "HEAD"}
        view = self.views.get(request.path_info) if asks else None
        return (view or self.get_response)(request)


class OfficeTimeZoneMiddleware:
    """The back office reads and types times in its own zone; the API and the books stay in UTC."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith("/admin/"):
            return self.get_response(request)
        with timezone.override(zoneinfo.ZoneInfo(settings.OFFICE_TIME_ZONE)):
            return self.get_response(request)
