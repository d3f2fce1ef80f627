"""The admin of the catalog, one module per page."""

from apps.catalog.admin import edition_prices as edition_prices
from apps.catalog.admin import editions as editions
from apps.catalog.admin import imports as imports
from apps.catalog.admin import pricing as pricing
from apps.catalog.admin import products as products
from apps.catalog.admin import promotions as promotions
from apps.catalog.admin import shelving as shelving
