"""The tables of customers, one module per aggregate."""

from apps.customers.models.customer import Customer
from apps.customers.models.exemption import ExemptionCertificate

__all__ = ["Customer", "ExemptionCertificate"]
