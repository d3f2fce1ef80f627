"""What the calls of the sale may refuse, for the OpenAPI page."""

from __future__ import annotations

from apps.catalog.errors import BarcodeInvalid, CouponUnknown
from apps.core.errors import DomainError
from apps.customers.errors import (
    CustomerNotOnFile,
    ExemptionFundsNotOwn,
    ExemptionNotForResale,
    ExemptionNotInForce,
    ExemptionUnknown,
    PointsInsufficient,
    PointsNeedCustomer,
    PointsNotTaken,
)
from apps.orders import errors
from apps.payments.errors import (
    CashMovementExists,
    DenominationUnknown,
    PaymentNotCapturable,
    PaymentStateConflict,
    RecountRequired,
    RefundExceedsCaptured,
    RefundExceedsTender,
    ShiftNotOpen,
    ShiftUnknown,
    StoredValueBuysGoodsOnly,
    StoredValueCodeInvalid,
    StoredValueCurrencyDiffers,
    StoredValueFrozen,
    StoredValueInsufficient,
    StoredValueTooMuch,
    StoredValueUnknown,
    TenderExcess,
    TenderInsufficient,
)
from apps.stores.api.views import TOKEN_REFUSALS
from apps.stores.errors import (
    ApprovalInvalid,
    ApprovalRequired,
    PermissionMissing,
    StoreNotReady,
    TerminalUnknown,
    TooManyAttempts,
)

type Refusals = dict[str, tuple[type[DomainError], ...]]

STORED_VALUE_REFUSALS = (
    StoredValueCodeInvalid,
    StoredValueUnknown,
    StoredValueCurrencyDiffers,
    StoredValueFrozen,
    StoredValueInsufficient,
    StoredValueBuysGoodsOnly,
    StoredValueTooMuch,
    TooManyAttempts,
)
READ_REFUSALS = (*TOKEN_REFUSALS, PermissionMissing)
BASKET_REFUSALS = (
    *READ_REFUSALS,
    StoreNotReady,
    BarcodeInvalid,
    errors.LineBarcodeUnknown,
    errors.ProductNotSellable,
    errors.ModifierInvalid,
    errors.TipTooMuch,
    CustomerNotOnFile,
    ExemptionUnknown,
    ExemptionNotInForce,
    ExemptionNotForResale,
    PointsNeedCustomer,
    PointsNotTaken,
    PointsInsufficient,
    CouponUnknown,
    errors.EmployeePriceForbidden,
)
SALE_REFUSALS = (
    *BASKET_REFUSALS,
    errors.PriceOverrideNeedsApproval,
    ApprovalInvalid,
    errors.OutsideSellingHours,
    errors.AgeCheckRequired,
    errors.AgeCheckUnderage,
    errors.AgeCheckExpiredDocument,
    errors.AgeCheckUnreadable,
    errors.OrderExists,
    TenderInsufficient,
    TenderExcess,
    PaymentNotCapturable,
    ExemptionFundsNotOwn,
    *STORED_VALUE_REFUSALS,
    ShiftNotOpen,
)
VOID_REFUSALS = (
    *TOKEN_REFUSALS,
    errors.VoidNeedsApproval,
    ApprovalInvalid,
    errors.OrderUnknown,
    errors.OrderNotVoidable,
    ShiftNotOpen,
    PaymentStateConflict,
    StoredValueInsufficient,
)
RETURN_REFUSALS = (
    *TOKEN_REFUSALS,
    errors.ReturnNeedsApproval,
    ApprovalInvalid,
    errors.OrderUnknown,
    errors.OrderAlreadyVoided,
    errors.ReturnExists,
    errors.ReturnLineUnknown,
    errors.ReturnExceedsSold,
    errors.RefundMismatch,
    RefundExceedsTender,
    RefundExceedsCaptured,
    PaymentStateConflict,
    ShiftNotOpen,
)
BLIND_RETURN_REFUSALS = (
    *TOKEN_REFUSALS,
    StoreNotReady,
    BarcodeInvalid,
    errors.LineBarcodeUnknown,
    errors.ProductNotSellable,
    errors.ReturnPriceUnknown,
    errors.ReturnNeedsApproval,
    ApprovalInvalid,
    errors.ReturnExists,
    StoredValueCodeInvalid,
    StoredValueUnknown,
    StoredValueCurrencyDiffers,
    StoredValueFrozen,
    TooManyAttempts,
    ShiftNotOpen,
)
CLOSE_REFUSALS = (*READ_REFUSALS, ShiftNotOpen, DenominationUnknown, RecountRequired)
Z_REFUSALS = (*READ_REFUSALS, ShiftUnknown, errors.ZNotWritten, errors.ReceiptFormatUnknown)
PRINT_REFUSALS = (*READ_REFUSALS, errors.PrintJobUnknown, errors.PrintJobLost)
PRINT_ASK_REFUSALS = (
    *READ_REFUSALS,
    errors.PrintJobExists,
    errors.OrderUnknown,
    errors.ZNotWritten,
    ShiftUnknown,
    ShiftNotOpen,
    TerminalUnknown,
    CashMovementExists,
    ApprovalRequired,
    ApprovalInvalid,
)
