"""The admin of stores, one module per page."""

from apps.stores.admin import approvals as approvals
from apps.stores.admin import limits as limits
from apps.stores.admin import people as people
from apps.stores.admin import premises as premises
from apps.stores.admin import service_tokens as service_tokens
from apps.stores.admin import taxes as taxes
from apps.stores.admin import terminals as terminals
