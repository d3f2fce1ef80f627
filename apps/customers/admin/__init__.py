"""The admin of customers, one module per page."""

from apps.customers.admin import certificates as certificates
from apps.customers.admin import customers as customers
from apps.customers.admin import loyalty as loyalty
