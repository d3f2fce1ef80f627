"""Settings fail closed: what is missing or unsafe stops the start and says what to do."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from .repository import ROOT

if TYPE_CHECKING:
    from pathlib import Path

COMPLETE = {
    "TILLHOUSE_ENV": "production",
    "SECRET_KEY": "k" * 64,
    "ALLOWED_HOSTS": "till.example.com",
    "TILLHOUSE_FIELD_KEYS": "MzIgYnl0ZXMgdGhhdCBub2JvZHkgZXZlciBndWVzc2U=",
    "DATABASE_URL": "postgres://tillhouse:secret@database/tillhouse",
    "REDIS_URL": "redis://redis:6379/0",
}
SHOW = """
from django.conf import settings
print(settings.DEBUG, settings.SESSION_COOKIE_SECURE, settings.SECURE_SSL_REDIRECT)
"""


def start(folder: Path, **environment: str) -> tuple[int, str]:
    """Load the settings in a process of their own; its exit status and the last of what it said."""
    given = {"PATH": os.environ["PATH"], "TILLHOUSE_VAR": str(folder), **environment}
    process = subprocess.run(  # noqa: S603 - our own settings
        [sys.executable, "-c", SHOW],
        env={**given, "DJANGO_SETTINGS_MODULE": "config.settings"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return process.returncode, process.stdout + process.stderr.partition("ImproperlyConfigured")[2]


def test_with_nothing_set_it_starts_for_this_machine_alone(tmp_path: Path) -> None:
    assert start(tmp_path) == (0, "False False False\n")


@pytest.mark.parametrize("environment", ["production", "staging"])
def test_with_all_that_is_needed_it_starts_behind_tls(tmp_path: Path, environment: str) -> None:
    assert start(tmp_path, **{**COMPLETE, "TILLHOUSE_ENV": environment}) == (
        0,
        "False True True\n",
    )


@pytest.mark.parametrize("missing", sorted(COMPLETE.keys() - {"TILLHOUSE_ENV"}))
def test_what_is_missing_is_named(tmp_path: Path, missing: str) -> None:
    rest = {name: value for name, value in COMPLETE.items() if name != missing}
    status, said = start(tmp_path, **rest)
    assert (status, missing in said) == (1, True)


@pytest.mark.parametrize(
    ("name", "value"),
    [("SECRET_KEY", "short"), ("ALLOWED_HOSTS", "*"), ("TILLHOUSE_DEBUG", "true"),
     ("TILLHOUSE_ENV", "prodution"), ("TILLHOUSE_FIELD_KEYS", "short")],
)  # fmt: skip
def test_what_is_unsafe_is_named(tmp_path: Path, name: str, value: str) -> None:
    status, said = start(tmp_path, **{**COMPLETE, name: value})
    assert (status, name in said) == (1, True)


def test_a_shop_with_one_process_on_sqlite_needs_no_redis(tmp_path: Path) -> None:
    books = {"DATABASE_URL": f"sqlite:///{tmp_path}/books.sqlite3", "REDIS_URL": ""}
    assert start(tmp_path, **{**COMPLETE, **books})[0] == 0


@pytest.mark.parametrize(
    ("environment", "stripe"),
    [
        ("production", {"STRIPE_SECRET_KEY": "sk_live_x", "STRIPE_API_BASE": "http://127.0.0.1"}),
        ("staging", {"STRIPE_SECRET_KEY": "rk_live_x", "STRIPE_API_BASE": "https://stripe.test"}),
        ("production", {"STRIPE_SECRET_KEY": "sk_test_x"}),
        ("production", {"STRIPE_SECRET_KEY": "pk_live_x"}),
    ],
)
def test_a_key_of_stripes_in_the_wrong_place_stops_the_start(
    tmp_path: Path, environment: str, stripe: dict[str, str]
) -> None:
    status, said = start(tmp_path, **{**COMPLETE, **stripe, "TILLHOUSE_ENV": environment})
    assert (status, "STRIPE_SECRET_KEY" in said) == (1, True)
    assert stripe["STRIPE_SECRET_KEY"] not in said


@pytest.mark.parametrize("secrets", ["hunter2", "whsec_x,hunter2", "sk_test_x"])
def test_a_signing_secret_that_is_none_stops_the_start(tmp_path: Path, secrets: str) -> None:
    status, said = start(tmp_path, STRIPE_WEBHOOK_SECRETS=secrets)
    assert (status, "STRIPE_WEBHOOK_SECRETS" in said, secrets in said) == (1, True, False)


def test_an_address_that_is_none_stops_the_start(tmp_path: Path) -> None:
    stripe = {"STRIPE_SECRET_KEY": "sk_test_x", "STRIPE_TEST_MODE": "true"}
    status, said = start(tmp_path, **{**COMPLETE, **stripe, "STRIPE_API_BASE": "ftp://x"})
    assert (status, "STRIPE_API_BASE is ftp://x" in said) == (1, True)


@pytest.mark.parametrize(
    ("sync", "named"),
    [
        ({"SYNC_URL": "http://office.example.com/api/sync"}, "SYNC_URL"),
        ({"SYNC_URL": "https://office.example.com/api/sync"}, "SYNC_SECRET"),
        ({"SYNC_URL": "https://office.example.com/", "SYNC_SECRET": "hunter2"}, "SYNC_SECRET"),
    ],
)
def test_a_head_office_that_cannot_be_told_safely_stops_the_start(
    tmp_path: Path, sync: dict[str, str], named: str
) -> None:
    status, said = start(tmp_path, **sync)
    assert (status, named in said, "hunter2" in said) == (1, True, False)


@pytest.mark.parametrize(
    "stripe",
    [
        {"STRIPE_SECRET_KEY": "sk_live_x", "STRIPE_WEBHOOK_SECRETS": " whsec_x, whsec_y ,"},
        {"STRIPE_SECRET_KEY": "sk_live_x"},
        {"STRIPE_SECRET_KEY": "sk_test_x", "STRIPE_TEST_MODE": "true"},
    ],
)
def test_a_key_of_stripes_in_its_place_starts(tmp_path: Path, stripe: dict[str, str]) -> None:
    assert start(tmp_path, **{**COMPLETE, **stripe})[0] == 0
