"""The services around the application, chosen by environment: database, cache, broker."""

from __future__ import annotations

from typing import Any

from celery.schedules import crontab

from config.file_broker import SCHEME
from config.settings.base import VAR_DIR, env

REDIS_URL = env.str("REDIS_URL", default="")

# --- Database -------------------------------------------------------------------------------------

_database: dict[str, Any] = dict(
    env.db_url("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'tillhouse.sqlite3'}")
)
if _database["ENGINE"] == "django.db.backends.sqlite3":
    _database["OPTIONS"] = {
        # Writers queue at BEGIN, so no transaction fails halfway with "database is locked".
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        # FULL: a committed sale survives a pulled plug.
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-16000"
        ),
    }
else:
    _database["CONN_MAX_AGE"] = env.int("DATABASE_CONN_MAX_AGE", default=600)
    _database["OPTIONS"] = {
        **_database.get("OPTIONS", {}),
        # The sale's statements are prepared on first use. Behind a PgBouncer older than 1.21 in
        # transaction mode this must be off.
        "prepare_threshold": 0 if env.bool("DATABASE_PREPARED_STATEMENTS", default=True) else None,
    }
DATABASES = {"default": _database}

# --- Cache ----------------------------------------------------------------------------------------


def redis_cache(url: str) -> dict[str, Any]:
    """The cache in Redis. A Redis that is away is a cache that knows nothing: sales go on."""
    return {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": url,
        "OPTIONS": {
            "IGNORE_EXCEPTIONS": True,
            "SOCKET_CONNECT_TIMEOUT": 0.5,  # seconds: a till waits for it
            "SOCKET_TIMEOUT": 0.5,
        },
    }


DJANGO_REDIS_LOG_IGNORED_EXCEPTIONS = True

_memory_cache: dict[str, Any] = {
    "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
    "OPTIONS": {"MAX_ENTRIES": 10_000},
}
CACHES = {"default": redis_cache(REDIS_URL) if REDIS_URL else _memory_cache}

# --- Celery ---------------------------------------------------------------------------------------

_mailbox = VAR_DIR / "celery"
_file_broker = {
    "data_folder_in": str(_mailbox / "queue"),
    "data_folder_out": str(_mailbox / "queue"),
    "processed_folder": str(_mailbox / "processed"),
    "control_folder": str(_mailbox / "control"),
    "store_processed": False,
}
if not REDIS_URL:
    for _folder in ("queue", "processed", "control"):
        (_mailbox / _folder).mkdir(parents=True, exist_ok=True)

CELERY_BROKER_URL = REDIS_URL or f"{SCHEME}://localhost/"
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = (
    # A publisher gives up at once: the outbox relay sends what was missed.
    {"socket_connect_timeout": 2, "socket_timeout": 5, "max_retries": 0}
    if REDIS_URL
    else _file_broker
)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE = {
    "relay what the doorbell missed": {"task": "core.relay_outbox", "schedule": 10.0},
    "find out what Stripe did not say": {"task": "payments.resolve", "schedule": 30.0},
    "work on events of Stripe's that were missed": {
        "task": "payments.work_waiting",
        "schedule": 30.0,
    },
    "see which card readers are online": {"task": "payments.refresh_readers", "schedule": 300.0},
    "match Stripe's books with ours": {"task": "payments.reconcile", "schedule": 300.0},
    "send receipts that are to be tried again": {
        "task": "orders.send_waiting_receipts",
        "schedule": 30.0,
    },
    "read the catalog of the head office": {"task": "sync.pull_catalog", "schedule": 300.0},
    "forget where receipts were sent": {
        "task": "orders.forget_addresses",
        "schedule": crontab(hour="8", minute="20"),
    },
    "tell other back offices what happened": {"task": "sync.dispatch", "schedule": 300.0},
    "forget what was told long ago": {
        "task": "sync.prune",
        "schedule": crontab(hour="8", minute="40"),
    },
    "compare past days with other back offices": {
        "task": "sync.reconcile",
        "schedule": crontab(hour="9", minute="20"),
    },
    "recompute the books at night": {
        "task": "core.verify_ledgers",
        "schedule": crontab(hour="9", minute="0"),  # early morning in Florida
    },
    "forget what other installations said 400 days ago": {
        "task": "sync.forget_old",
        "schedule": crontab(hour="8", minute="30"),
    },
    "forget answers past their 90 days": {
        "task": "core.forget_old_answers",
        "schedule": crontab(hour="8", minute="10"),
    },
}
