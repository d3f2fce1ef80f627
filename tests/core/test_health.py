"""Live says that the process answers; ready says that the database does, with every migration."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django import Settings


def test_live_answers_without_asking_the_database(client: Client) -> None:
    # Without the django_db mark any statement would fail this test.
    response = client.get("/health/live")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_a_probe_may_call_the_site_by_its_address(client: Client, settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["shop.example"]
    assert client.get("/health/live", headers={"Host": "10.0.0.7:8000"}).status_code == 200
    assert client.get("/api/docs/problems", headers={"Host": "10.0.0.7:8000"}).status_code == 400


@pytest.mark.django_db
def test_ready_answers_where_every_migration_is_applied(client: Client) -> None:
    response = client.get("/health/ready")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_not_ready_names_the_migrations_that_are_missing(client: Client) -> None:
    # The rows that say so are taken out, as on a database older than the code.
    recorder = MigrationRecorder(connection)
    recorder.migration_qs.filter(app__in=["core", "stores"]).delete()
    response = client.get("/health/ready")
    assert response.status_code == 503
    assert response.json()["status"] == "failing"
    assert "not applied" in response.json()["migrations"]


@pytest.mark.django_db(transaction=True)
def test_not_ready_names_the_database_that_does_not_answer(client: Client) -> None:
    with pytest.MonkeyPatch.context() as patch:
        connection.close()
        patch.setitem(connection.settings_dict, "NAME", "/no/such/folder/till.sqlite3")
        response = client.get("/health/ready")
        connection.close()
    assert response.status_code == 503
    assert response.json() == {"status": "failing", "database": "does not answer"}
