"""How this installation is known to those it tells what happened (`apps.sync`)."""

from __future__ import annotations

from config.settings.base import env

SYNC_SOURCE = env.str("SYNC_SOURCE", default="tillhouse")
