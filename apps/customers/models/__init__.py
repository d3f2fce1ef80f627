"""The tables of customers, one module per aggregate."""

from apps.customers.models.customer import Customer
from apps.customers.models.exemption import ExemptionCertificate
from apps.customers.models.loyalty import LoyaltyAccount, LoyaltyEntry, LoyaltyProgramme

__all__ = [
    "Customer",
    "ExemptionCertificate",
    "LoyaltyAccount",
    "LoyaltyEntry",
    "LoyaltyProgramme",
]
