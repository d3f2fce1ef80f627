"""The bytes of a batch as they were before they were packed: never more of them than we take."""

from __future__ import annotations

import zlib

from apps.sync.errors import BatchTooLarge, EncodingInvalid
from apps.sync.types import MAX_BODY_BYTES

_GZIP = 16 + zlib.MAX_WBITS  # a gzip header and trailer are asked for


def unpack(body: bytes, *, is_packed: bool) -> bytes:
    """The body, inflated if it is in gzip.

    Raises:
        BatchTooLarge: it is larger than 5 MiB; no more than one byte beyond is ever inflated.
        EncodingInvalid: it is no gzip, is cut short, or something follows it.
    """
    if not is_packed:
        return refuse_large(body)
    inflater = zlib.decompressobj(_GZIP)
    try:
        text = inflater.decompress(body, MAX_BODY_BYTES + 1)
    except zlib.error as error:
        raise EncodingInvalid(f"The body is not gzip: {error}.") from error
    refuse_large(text)
    if not inflater.eof or inflater.unused_data:
        raise EncodingInvalid("The gzip of the body is cut short, or something follows it.")
    return text


def refuse_large(body: bytes) -> bytes:
    """The body, if we take as much.

    Raises:
        BatchTooLarge: it has more than 5 MiB.
    """
    if len(body) > MAX_BODY_BYTES:
        raise BatchTooLarge("A batch may have 5 MiB, packed and unpacked. Send fewer events.")
    return body
