"""The tables of customers, one module per aggregate."""

from apps.customers.models.customer import Customer

__all__ = ["Customer"]
