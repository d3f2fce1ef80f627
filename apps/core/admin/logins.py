"""Whoever comes into the back office, or leaves it, stands in the audit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver
from django.utils import timezone
from django_subatomic.db import transaction

from apps.core import audit
from apps.core.admin.base import actor_for

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@receiver(user_logged_in)
def note_login(user: User, **_: Any) -> None:
    """Somebody has logged in."""
    _note(user, "account.logged_in")


@receiver(user_logged_out)
def note_logout(user: User | None, **_: Any) -> None:
    """Somebody has logged out; nobody, where their session was over already."""
    if user is not None:
        _note(user, "account.logged_out")


def _note(user: User, action: str) -> None:
    fact = audit.AuditFact(timezone.now(), actor_for(user), action, f"account:{user.pk}", {})
    with transaction():
        audit.record(fact)
