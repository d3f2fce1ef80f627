"""Logs: structured lines on standard output, JSON where machines read them.

Request bodies, headers and identity documents are never logged.
"""

from __future__ import annotations

from typing import Any

import structlog

from config.settings.base import ENVIRONMENT, env

_shared: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
_last: Any = (
    structlog.dev.ConsoleRenderer(colors=False)
    if ENVIRONMENT == "embedded"
    else structlog.processors.JSONRenderer()
)

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "structured": {
            "()": "structlog.stdlib.ProcessorFormatter",
            "foreign_pre_chain": _shared,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                _last,
            ],
        },
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "structured"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        # The request log belongs to the server in front; refusals are answers, not warnings.
        "django.request": {"level": "ERROR"},
        # At finer levels the SDK writes down what it sends.
        "stripe": {"level": "WARNING"},
        # What is left out of an embedded font is no news.
        "fontTools": {"level": "WARNING"},
    },
}

structlog.configure(
    processors=[*_shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
