"""The whole catalog of a store, streamed."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import orjson
from django.http import HttpResponse, StreamingHttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags
from django.utils.text import compress_sequence
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema

from apps.catalog.api.reading import CatalogView, StoreQuery, describe_copy
from apps.catalog.changes import head
from apps.catalog.services.copies import walk_catalog

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rest_framework.request import Request

    from apps.catalog.services.copies import Reader

CONTENT_TYPE = "application/x-ndjson"
CURSOR_HEADER = "X-Catalog-Cursor"
_CHUNK = 64 * 1024
_TAG = OpenApiParameter(
    "If-None-Match", str, OpenApiParameter.HEADER, description="`ETag` of the copy at hand."
)


class SnapshotView(CatalogView):
    """All that the store sells, or will by a price that is to come."""

    @extend_schema(operation_id="get_catalog_snapshot", parameters=[StoreQuery, _TAG])
    @extend_schema(
        responses={(HTTPStatus.OK, CONTENT_TYPE): OpenApiTypes.STR, HTTPStatus.NOT_MODIFIED: None}
    )
    def get(self, request: Request) -> HttpResponse | StreamingHttpResponse:
        """A line of JSON per product between `start`, with the cursor, and `end`, with a count."""
        reader = self.reader(request, self.read(request, StoreQuery).get("store"))
        # Before any product is read: what changes while the rest is read comes with the changes.
        cursor = str(head(reader.book_id))
        response = _answer(request, reader, cursor)
        response["ETag"] = _tag_of(reader)
        response[CURSOR_HEADER] = cursor
        patch_vary_headers(response, ["Accept-Encoding", "Authorization"])
        return response


def _answer(request: Request, reader: Reader, cursor: str) -> HttpResponse | StreamingHttpResponse:
    known = parse_etags(request.headers.get("If-None-Match", ""))
    if "*" in known or _tag_of(reader) in {_weak(tag) for tag in known}:
        return HttpResponse(status=HTTPStatus.NOT_MODIFIED)
    if request.method == "HEAD":
        return HttpResponse(content_type=CONTENT_TYPE)
    chunks = _chunks(_lines(reader, cursor))
    if "gzip" not in request.headers.get("Accept-Encoding", ""):
        return StreamingHttpResponse(chunks, content_type=CONTENT_TYPE)
    response = StreamingHttpResponse(compress_sequence(chunks), content_type=CONTENT_TYPE)
    response["Content-Encoding"] = "gzip"
    return response


def _tag_of(reader: Reader) -> str:
    """Weak: the same products at the same prices, though the clock may have begun another price."""
    kind = "records" if reader.is_installation else "items"
    return f'W/"{reader.revision}-{reader.book_id}-{kind}"'


def _weak(tag: str) -> str:
    return tag if tag.startswith("W/") else f"W/{tag}"


def _lines(reader: Reader, cursor: str) -> Iterator[dict[str, Any]]:
    yield {"kind": "start", "cursor": cursor, "store": reader.store.code}
    count = 0
    for count, copy in enumerate(walk_catalog(reader), start=1):  # noqa: B007 - it is the count
        yield describe_copy(copy, reader)
    yield {"kind": "end", "count": count}


def _chunks(lines: Iterator[dict[str, Any]]) -> Iterator[bytes]:
    """Lines of JSON in chunks that are worth sending."""
    chunk = bytearray()
    for line in lines:
        chunk += orjson.dumps(line, option=orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE)
        if len(chunk) >= _CHUNK:
            yield bytes(chunk)
            chunk.clear()
    yield bytes(chunk)
