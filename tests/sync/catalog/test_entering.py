"""Which addresses a head office may have: its token goes nowhere in the clear."""

from __future__ import annotations

import pytest

from apps.sync.errors import SyncStateConflict
from apps.sync.models import CatalogSource

from .offices import follow

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("url", ["https://office.example.com/", "http://127.0.0.1:8000"])
def test_a_head_office_under_tls_or_on_this_machine_is_entered(url: str) -> None:
    follow(url)
    assert CatalogSource.objects.get().url == url.rstrip("/")


@pytest.mark.parametrize(
    "url", ["http://10.0.0.9", "https://office.example.com/api", "ftp://office.example.com"]
)
def test_any_other_address_is_refused(url: str) -> None:
    with pytest.raises(SyncStateConflict, match="no path"):
        follow(url)
    assert not CatalogSource.objects.exists()
