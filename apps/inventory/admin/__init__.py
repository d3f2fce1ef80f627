"""The admin of the stock ledger, one module per page."""

from apps.inventory.admin import documents as documents
from apps.inventory.admin import levels as levels
