"""Pages of long lists, found by key and never by counting."""

from __future__ import annotations

from base64 import b64decode
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination

from apps.core.errors import FieldError, ValidationFailed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from rest_framework.request import Request
    from rest_framework.views import APIView

DEFAULT_LIMIT = 50
MAX_LIMIT = 200


class KeyPagination(CursorPagination):
    """Cursor pages of `limit` rows, 1 to 200, in the order the view asks for."""

    page_size = DEFAULT_LIMIT
    page_size_query_param = "limit"
    max_page_size = MAX_LIMIT

    def get_page_size(self, request: Request) -> int:
        text = request.query_params.get("limit", str(DEFAULT_LIMIT))
        is_short = text.isascii() and text.isdigit() and len(text) <= len(str(MAX_LIMIT))
        if not (is_short and 1 <= int(text) <= MAX_LIMIT):
            raise _bad_parameter("limit", f"Ask for 1 to {MAX_LIMIT} rows.")
        return int(text)

    def paginate_queryset(
        self, queryset: QuerySet[Any] | Sequence[Any], request: Request, view: APIView | None = None
    ) -> list[Any] | None:
        try:
            _refuse_rubbish(request.query_params.get(self.cursor_query_param))
            return super().paginate_queryset(queryset, request, view)
        except (NotFound, ValueError, ValidationError) as error:
            raise _bad_parameter("cursor", "Take the cursor from `next` or `previous`.") from error


def _refuse_rubbish(cursor: str | None) -> None:
    """A cursor is base64 of text without NUL; DRF itself would take some rubbish for page one."""
    if cursor is not None and (not cursor or b"%00" in b64decode(cursor, validate=True)):
        raise ValueError("This cursor was never given out.")


def _bad_parameter(name: str, detail: str) -> ValidationFailed:
    errors = [FieldError(f"/{name}", "invalid", detail)]
    return ValidationFailed("Mend the query parameter named in `errors`.", errors=errors)
