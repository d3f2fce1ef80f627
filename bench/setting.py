"""How the application runs while it is measured: as in production, with nothing switched off."""

from __future__ import annotations

import os

import psycopg

type Figures = dict[str, float]


def environment_of(url: str) -> dict[str, str]:
    """The environment of a server on this database."""
    return {
        "DATABASE_URL": url,
        "TILLHOUSE_ENV": "production",
        "SECRET_KEY": "only for the benchmark, on this machine alone, for some minutes",
        "TILLHOUSE_FIELD_KEYS": "b25seSBmb3IgdGhlIGJlbmNobWFyaywgbm90IGEga2U=",
        "ALLOWED_HOSTS": "localhost,127.0.0.1",
        "SECURE_SSL_REDIRECT": "false",
        "LOG_LEVEL": "WARNING",
    }


def make_database(name: str) -> str:
    """A new, empty database in the benchmark's cluster; its URL."""
    url = os.environ["DATABASE_URL"]
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(f'DROP DATABASE IF EXISTS "{name}"')
        admin.execute(f'CREATE DATABASE "{name}"')
    return url.rpartition("/")[0] + f"/{name}"
