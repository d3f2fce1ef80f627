"""How the admin looks and where a manager finds things."""

from __future__ import annotations

from typing import Any

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Tillhouse",
    "SITE_HEADER": "Tillhouse",
}
