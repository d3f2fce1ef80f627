"""The project as Django's own checks see it."""

from __future__ import annotations

from django.core.management import call_command


def test_the_checks_pass_before_there_is_a_database() -> None:
    """Neither fixture nor mark lets this test reach a database: it fails where a check asks one."""
    call_command("check", fail_level="WARNING")
