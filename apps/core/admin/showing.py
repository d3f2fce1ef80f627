"""Documents as people read them."""

from __future__ import annotations

import json
from typing import Any

LONGEST = 200_000  # characters of one document on a page


def show_json(document: Any) -> str:
    """A document with a line for each value; the end of one that is very long is left out."""
    text = json.dumps(document, indent=2, ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}\n..."
