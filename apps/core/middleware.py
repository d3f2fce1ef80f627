"""What a request passes through: its id, the probes' shortcut, and what the office alone needs.

A till sends a token and nothing else: no cookie, no form, no page in a frame. Its calls go past
sessions, accounts, messages and CSRF, a quarter of what a scan would cost.
"""

from __future__ import annotations

import re
import secrets
import zoneinfo
from typing import TYPE_CHECKING, ClassVar

import structlog
from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.csrf import CsrfViewMiddleware
from django.utils import timezone
from django.utils.deprecation import MiddlewareMixin

from apps.core.views import live, ready

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

HEADER = "X-Request-Id"
NO_OFFICE = ("/api/v1/", "/api/sync", "/webhooks/")  # tills, and programs that tell us something
_SANE = re.compile(r"[A-Za-z0-9._:-]{1,128}")


class RequestIdMiddleware:
    """Takes the caller's request id where it is sane, makes one where not, and answers with it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        offered = request.META.get("HTTP_X_REQUEST_ID", "")
        request_id = offered if _SANE.fullmatch(offered) else secrets.token_hex(16)
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


class _OfficeOnly(MiddlewareMixin):
    """A middleware of Django's that the calls of tills and of services outside go past."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        if request.path_info.startswith(NO_OFFICE):
            return self.get_response(request)
        return super().__call__(request)


class OfficeSessionMiddleware(_OfficeOnly, SessionMiddleware):
    """Browser sessions."""


class OfficeCsrfMiddleware(_OfficeOnly, CsrfViewMiddleware):
    """Forms come from our own pages."""


class OfficeAccountMiddleware(_OfficeOnly, AuthenticationMiddleware):
    """Who is logged in."""


class OfficeMessageMiddleware(_OfficeOnly, MessageMiddleware):
    """What the next page says about the last one."""


class OfficeFrameMiddleware(_OfficeOnly, XFrameOptionsMiddleware):
    """No page of ours in a frame of somebody else."""


class OfficeTimeZoneMiddleware:
    """The back office reads and types times in its own zone; the API and the books stay in UTC."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith("/admin/"):
            return self.get_response(request)
        with timezone.override(zoneinfo.ZoneInfo(settings.OFFICE_TIME_ZONE)):
            return self.get_response(request)
