"""The tables of the catalog, one module per aggregate."""

from apps.catalog.models.editions import EditionPrice, PriceEdition
from apps.catalog.models.imports import ImportChange, ImportRun
from apps.catalog.models.pricing import Price, PriceBook, StorePriceBook
from apps.catalog.models.product import Barcode, Category, Modifier, ModifierGroup, Product
from apps.catalog.models.promotions import Promotion

__all__ = [
    "Barcode",
    "Category",
    "EditionPrice",
    "ImportChange",
    "ImportRun",
    "Modifier",
    "ModifierGroup",
    "Price",
    "PriceBook",
    "PriceEdition",
    "Product",
    "Promotion",
    "StorePriceBook",
]
