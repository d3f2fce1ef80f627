"""Refusals of the stock ledger."""

from __future__ import annotations

from apps.core.errors import DomainError, Kind


class StockInsufficient(DomainError):
    code = "stock-insufficient"
    title = "There is not enough in stock"
    kind = Kind.CONFLICT


class StockDocumentExists(DomainError):
    code = "stock-document-exists"
    title = "Stock was moved under this id already"
    kind = Kind.CONFLICT


class StockProductUnknown(DomainError):
    code = "stock-product-unknown"
    title = "Stock cannot be moved of a product that does not exist"


class QuantityNotPossible(DomainError):
    code = "quantity-not-possible"
    title = "A quantity does not fit what happened"


class TransferToItself(DomainError):
    code = "transfer-to-itself"
    title = "A transfer needs two stores"
