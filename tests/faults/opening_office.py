"""Open a head office in an empty database: prints what an installation needs to send to it."""

from __future__ import annotations

import json
from datetime import timedelta

import django
from django.core.management import call_command


def main() -> None:
    """Bring the database that the environment names up to date, and let Miami send."""
    django.setup()
    from django.utils import timezone  # noqa: PLC0415 - need Django set up

    from apps.stores.models import ServiceToken  # noqa: PLC0415
    from tests.sync.receiving.sender import make_sender  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    sender = make_sender()
    # That a token is in use is noted once a minute: not in the middle of a test that counts steps.
    ServiceToken.objects.update(last_used_at=timezone.now() + timedelta(days=1))
    print(json.dumps({"token": sender.token, "secret": sender.secret}))  # noqa: T201 - for the parent


if __name__ == "__main__":
    main()
