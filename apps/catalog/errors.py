"""Refusals of the catalog."""

from __future__ import annotations

from apps.core.errors import DomainError, Kind


class BarcodeInvalid(DomainError):
    code = "barcode-invalid"
    title = "This is not a product code"


class BarcodeUnknown(DomainError):
    code = "barcode-unknown"
    title = "No active product has this barcode"
    kind = Kind.NOT_FOUND


class PriceInThePast(DomainError):
    code = "price-in-the-past"
    title = "A price cannot begin in the past"


class PriceUnknown(DomainError):
    code = "price-unknown"
    title = "There is no such price"
    kind = Kind.NOT_FOUND


class PriceTaken(DomainError):
    code = "price-taken"
    title = "Another price begins at the same instant"
    kind = Kind.CONFLICT


class ImportRefused(DomainError):
    code = "import-refused"
    title = "The file was not imported"


class ImportUnknown(DomainError):
    code = "import-unknown"
    title = "There is no such import"
    kind = Kind.NOT_FOUND


class ImportNotUndoable(DomainError):
    code = "import-not-undoable"
    title = "The import cannot be undone any more"
    kind = Kind.CONFLICT


class PromotionContradictory(DomainError):
    code = "promotion-contradictory"
    title = "The promotion contradicts itself"


class PromotionUnknown(DomainError):
    code = "promotion-unknown"
    title = "There is no such promotion"
    kind = Kind.NOT_FOUND


class PromotionCodeTaken(DomainError):
    code = "promotion-code-taken"
    title = "Another promotion has this code"
    kind = Kind.CONFLICT


class PromotionsOverlap(DomainError):
    code = "promotions-overlap"
    title = "Two exclusive promotions would apply to the same product at the same time"
    kind = Kind.CONFLICT


class PromotionStateConflict(DomainError):
    code = "promotion-state-conflict"
    title = "The promotion is not in a state that allows this"
    kind = Kind.CONFLICT


class CouponUnknown(DomainError):
    code = "coupon-unknown"
    title = "No promotion runs for this coupon"


class EditionUnknown(DomainError):
    code = "price-edition-unknown"
    title = "There is no such price edition"
    kind = Kind.NOT_FOUND


class EditionCodeTaken(DomainError):
    code = "price-edition-code-taken"
    title = "Another price edition has this code"
    kind = Kind.CONFLICT


class EditionStateConflict(DomainError):
    code = "price-edition-state-conflict"
    title = "The price edition is not in a state that allows this"
    kind = Kind.CONFLICT


class EditionNotPublishable(DomainError):
    code = "price-edition-not-publishable"
    title = "The price edition cannot be published as it stands"


class EditionsOverlap(DomainError):
    code = "price-editions-overlap"
    title = "Other prices of the same products begin at the same instant"
    kind = Kind.CONFLICT


class EditionFileRefused(DomainError):
    code = "price-file-refused"
    title = "The prices were not taken in"
