"""What services outside tell us about money."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from django.http import HttpResponse, UnreadablePostError
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from apps.core.api.json import MAX_BODY_BYTES
from apps.core.errors import BodyTooLarge, JSONInvalid
from apps.core.problems import exception_handler, plain_problem
from apps.payments.services.receiving import receive_event

if TYPE_CHECKING:
    from django.http import HttpRequest


@csrf_exempt
def stripe_webhook(request: HttpRequest) -> HttpResponse:
    """Take in an event of Stripe's: 200 once it is written down, new or known."""
    if request.method != "POST":
        refused = plain_problem(request, HTTPStatus.METHOD_NOT_ALLOWED)
        refused["Allow"] = "POST"
        return refused
    try:
        receive_event(
            body=_body_of(request),
            signature=request.headers.get("Stripe-Signature", ""),
            now=timezone.now(),
        )
    except Exception as error:
        answer = exception_handler(error, {"request": request})
        if answer is None:
            raise
        return answer
    return HttpResponse(b'{"received": true}', content_type="application/json")


def _body_of(request: HttpRequest) -> bytes:
    try:
        body = request.read(MAX_BODY_BYTES + 1)
    except UnreadablePostError as error:
        raise JSONInvalid("The body was cut short.") from error
    if len(body) > MAX_BODY_BYTES:
        raise BodyTooLarge("A body may have at most 1 MiB.")
    return body
