"""The tables that Florida's law gives: counties with their rates, and what is taxed where."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from django_subatomic.db import transaction_required

from apps.core.reference import bump_revision
from apps.stores.models import TaxJurisdiction, TaxRate, TaxTreatment
from apps.stores.types import OutletKind

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(__file__).resolve().parent.parent / "reference"
TREATMENTS_FROM = date(2021, 7, 1)  # when today's rounding and classes came into force
_COLUMN_OF = {OutletKind.PACKAGE_STORE: "package_store", OutletKind.CAFE: "cafe"}


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many rows were new."""

    counties: int
    rates: int
    treatments: int


@transaction_required
def load_florida() -> Loaded:
    """Add Florida's 67 counties, their dated rates and the treatment of each tax class.

    Rows that are there already stay as they are, so corrections made in the admin survive.
    """
    counties = rates = treatments = 0
    for row in _rows("florida_tax_rates.csv"):
        county, is_new = TaxJurisdiction.objects.get_or_create(
            fips=row["fips"], defaults={"name": row["county"]}
        )
        counties += is_new
        rates += TaxRate.objects.get_or_create(
            jurisdiction=county,
            effective_from=date.fromisoformat(row["effective_from"]),
            defaults={
                "state_rate": Decimal(row["state_rate"]),
                "surtax_rate": Decimal(row["surtax_rate"]),
                "source": row["source"],
            },
        )[1]
    for row in _rows("florida_tax_classes.csv"):
        for kind, column in _COLUMN_OF.items():
            treatments += TaxTreatment.objects.get_or_create(
                tax_class=row["tax_class"],
                outlet_kind=kind,
                effective_from=TREATMENTS_FROM,
                defaults={"is_taxable": row[column] == "taxable", "source": row["basis"]},
            )[1]
    bump_revision()
    return Loaded(counties, rates, treatments)


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (FOLDER / name).open(newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)
