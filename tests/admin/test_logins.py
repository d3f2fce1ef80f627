"""Who came into the back office stands in the audit."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from apps.core.audit_checks import find_broken_link
from apps.core.models import AuditEntry

from .office import url

pytestmark = pytest.mark.django_db


def test_a_login_and_a_logout_are_told() -> None:
    user = User.objects.create_superuser("root", password="correct horse")
    client = Client()
    client.post(url("login"), {"username": "root", "password": "correct horse"})
    client.post(url("logout"))
    told = AuditEntry.objects.filter(chain=f"user:{user.pk}").order_by("sequence")
    assert [(entry.action, entry.actor_name) for entry in told] == [
        ("account.logged_in", "root"),
        ("account.logged_out", "root"),
    ]
    assert find_broken_link(f"user:{user.pk}") is None
