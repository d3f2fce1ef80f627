"""The tables of stores, one module per aggregate."""

from apps.stores.models.approvals import Approval, RoleLimit
from apps.stores.models.hours import SellingHours, SellingHoursException
from apps.stores.models.service_tokens import ServiceToken
from apps.stores.models.staff import PinAttempt, Staff, TillSession
from apps.stores.models.store import Licence, Store
from apps.stores.models.tax import TaxJurisdiction, TaxRate, TaxTreatment
from apps.stores.models.terminal import Terminal

__all__ = [
    "Approval",
    "Licence",
    "PinAttempt",
    "RoleLimit",
    "SellingHours",
    "SellingHoursException",
    "ServiceToken",
    "Staff",
    "Store",
    "TaxJurisdiction",
    "TaxRate",
    "TaxTreatment",
    "Terminal",
    "TillSession",
]
