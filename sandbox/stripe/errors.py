"""What Stripe answers instead of doing what was asked: the envelope and its usual fillings."""

from __future__ import annotations

from typing import Any

INVALID_REQUEST = "invalid_request_error"
_DOCS = "https://stripe.com/docs/error-codes/"


class StripeRefusal(Exception):
    """An error answer.

    `is_stored` says whether the answer is kept under the idempotency key: Stripe keeps what an
    endpoint answered once it began to work (402 and 500 too), and forgets validation errors, 429
    and conflicts.
    """

    def __init__(
        self,
        status: int,
        type: str,  # noqa: A002 - the name that Stripe's envelope uses
        code: str | None,
        message: str,
        param: str | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.type = type
        self.code = code
        self.message = message
        self.param = param
        self.extra = extra
        self.is_stored = True
        self.headers: dict[str, str] = {}

    def unstored(self) -> StripeRefusal:
        """The same refusal, to be forgotten by the idempotency key."""
        self.is_stored = False
        return self

    def should_retry(self, answer: bool | None) -> StripeRefusal:  # noqa: FBT001
        """The same refusal with a word on whether a client should try again, if any is given."""
        if answer is not None:
            self.headers["Stripe-Should-Retry"] = "true" if answer else "false"
        return self

    def envelope(self) -> dict[str, Any]:
        error: dict[str, Any] = {"message": self.message, "type": self.type}
        if self.code:
            error |= {"code": self.code, "doc_url": _DOCS + self.code.replace("_", "-")}
        if self.param:
            error["param"] = self.param
        return {"error": error | self.extra}


def invalid_parameter(code: str, message: str, param: str) -> StripeRefusal:
    """A 400 about one parameter, found before anything was done."""
    return StripeRefusal(400, INVALID_REQUEST, code, message, param).unstored()


def missing_parameter(param: str) -> StripeRefusal:
    return invalid_parameter("parameter_missing", f"Missing required param: {param}.", param)


def missing_object(kind: str, wanted: str, param: str = "id") -> StripeRefusal:
    """A 404 for an id that nobody knows; `kind` is Stripe's name of the object."""
    name = kind.rpartition(".")[2]
    return StripeRefusal(
        404, INVALID_REQUEST, "resource_missing", f"No such {name}: '{wanted}'", param
    )


def unauthorized(message: str) -> StripeRefusal:
    return StripeRefusal(401, INVALID_REQUEST, None, message).unstored()


def unknown_url(method: str, path: str) -> StripeRefusal:
    message = f"Unrecognized request URL ({method}: {path})."
    return StripeRefusal(404, INVALID_REQUEST, None, message).unstored()
