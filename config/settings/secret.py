"""The secret key of an installation that was given none: made once, kept in a file only we read."""

from __future__ import annotations

import base64
import os
import secrets
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def make_secret() -> str:
    """A text nobody guesses."""
    return secrets.token_urlsafe(48)


def make_field_key() -> str:
    """A key as Fernet takes it: 32 random bytes."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def read_or_make_secret(file: Path, make: Callable[[], str] = make_secret) -> str:
    """The key in `file`, made first where there is none. Two processes at once agree on one.

    It is written elsewhere and then given its name, so that nobody ever reads half of it.
    """
    if not file.exists():
        draft = file.with_name(f".{file.name}-{secrets.token_hex(8)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as opened:
            opened.write(make())
        with suppress(FileExistsError):
            os.link(draft, file)
        draft.unlink()
    return file.read_text().strip()
