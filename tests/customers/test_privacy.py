"""Nobody who reads tables, logs, events or the audit learns who a customer is."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import connection

from tests.admin.office import save, url
from tests.factories import api_client, make_store, open_till

from .people import EMAIL, NAME, PHONE

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db
DIGITS = PHONE.removeprefix("+1")


def everything_in_the_database() -> str:
    """Every value of every row of every table, as text."""
    texts = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - our own tables
            texts += [str(row) for row in cursor.fetchall()]
    return "\n".join(texts)


def test_a_customer_of_the_till_stands_nowhere_in_the_open(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    api = api_client(open_till(make_store())[1])
    body = {"id": str(uuid4()), "name": NAME, "phone": PHONE, "email": EMAIL}
    assert api.post("customers", body).status_code == 201
    assert api.get("customers", phone=PHONE).json()["results"]
    assert api.post("customers", {**body, "phone": f"{PHONE}x"}).status_code == 422
    api.get(f"customers/{uuid4()}")
    stored, logged = everything_in_the_database(), caplog.text
    for secret in (NAME, DIGITS, EMAIL):
        assert secret not in stored
        assert secret not in logged


def test_a_customer_of_the_office_stands_nowhere_in_the_open(
    owner: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    page = save(owner, url("customers_customer_add"), name=NAME, phone=PHONE, email=EMAIL)
    assert page.status_code == 200
    stored, logged = everything_in_the_database(), caplog.text + repr(vars(cache))
    for secret in (NAME, DIGITS, EMAIL):
        assert secret not in stored
        assert secret not in logged
