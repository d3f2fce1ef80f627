"""Health, what problems mean, and errors below the domain: machines never get an HTML page."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from apps.core.errors import DomainError
from apps.core.problems import STATUS_OF, plain_problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest

MACHINE_PATHS = ("/api/", "/webhooks/", "/health")


def live(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


def ready(request: HttpRequest) -> JsonResponse:
    """The database answers and has every migration."""
    failing = {name: reason for name, reason in _parts().items() if reason}
    status = HTTPStatus.SERVICE_UNAVAILABLE if failing else HTTPStatus.OK
    return JsonResponse({"status": "failing" if failing else "ok", **failing}, status=status)


def problems(request: HttpRequest) -> HttpResponse:
    """The page that every problem's `type` points to: each code with its status and meaning."""
    refusals = [
        {"code": each.code, "title": each.title, "status": int(STATUS_OF[each.kind])}
        for each in _refusals(DomainError)
    ]
    refusals.sort(key=lambda each: str(each["code"]))
    return render(request, "core/problems.html", {"refusals": refusals})


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A request that Django itself cannot take, in the shape that the caller reads."""
    if request.path.startswith(MACHINE_PATHS):
        detail = "The request cannot be read. Check the host name that it was sent to."
        return plain_problem(request, HTTPStatus.BAD_REQUEST, detail)
    return _page(HTTPStatus.BAD_REQUEST, "This address cannot be read", "Check it, or go back.")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Not allowed, in the shape that the caller reads."""
    if request.path.startswith(MACHINE_PATHS):
        return plain_problem(request, HTTPStatus.FORBIDDEN)
    advice = "Your role does not open this page. An owner gives roles, under Staff."
    return _page(HTTPStatus.FORBIDDEN, "This is not yours to open", advice)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without its token; a machine that posts to a page for reading."""
    if request.path.startswith(MACHINE_PATHS):
        return plain_problem(request, HTTPStatus.FORBIDDEN, reason)
    advice = "The page was open for too long, or cookies are off. Go back, reload it and try again."
    return _page(HTTPStatus.FORBIDDEN, "The form has expired", advice)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """No such page, in the shape that the caller reads."""
    if request.path.startswith(MACHINE_PATHS):
        return plain_problem(request, HTTPStatus.NOT_FOUND)
    return _page(HTTPStatus.NOT_FOUND, "There is no such page", "It may have been moved.")


def server_error(request: HttpRequest) -> HttpResponse:
    """Our fault, in the shape that the caller reads."""
    if request.path.startswith(MACHINE_PATHS):
        detail = "Something went wrong on our side. It is logged under the X-Request-Id."
        return plain_problem(request, HTTPStatus.INTERNAL_SERVER_ERROR, detail)
    advice = "It is logged. Try again; what you saved before is safe."
    return _page(HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong on our side", advice)


def _page(status: HTTPStatus, title: str, advice: str) -> HttpResponse:
    """What a person reads; it needs neither database nor session."""
    page = render_to_string("core/error.html", {"title": title, "advice": advice})
    return HttpResponse(page, status=status)


def _parts() -> dict[str, str]:
    try:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except Error:
        return {"database": "does not answer"}
    return {"migrations": f"{len(plan)} not applied" if plan else ""}


def _refusals(kind: type[DomainError]) -> Iterator[type[DomainError]]:
    for each in kind.__subclasses__():
        if "code" in vars(each):
            yield each
        yield from _refusals(each)
