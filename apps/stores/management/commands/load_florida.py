"""Load what every installation needs before its first sale."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.module_loading import import_string
from django_subatomic.db import transaction

from apps.stores.services.reference_data import load_florida
from apps.stores.services.staff import sync_office_roles


class Command(BaseCommand):
    help = "Load Florida's tax counties, rates and tax classes, and the roles of the back office."

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction():
            loaded = load_florida()
            sync_office_roles(import_string(settings.OFFICE_PAGES))
        self.stdout.write(
            f"Florida: {loaded.counties} counties, {loaded.rates} rates and"
            f" {loaded.treatments} tax treatments added; the rest was there."
        )
