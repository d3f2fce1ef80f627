"""The admin of orders, one module per page."""

from apps.orders.admin import blind_returns as blind_returns
from apps.orders.admin import closing as closing
from apps.orders.admin import exchanges as exchanges
from apps.orders.admin import orders as orders
from apps.orders.admin import papers as papers
from apps.orders.admin import returns as returns
