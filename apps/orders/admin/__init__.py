"""The admin of orders, one module per page."""

from apps.orders.admin import blind_returns as blind_returns
from apps.orders.admin import closing as closing
from apps.orders.admin import exchanges as exchanges
from apps.orders.admin import mail as mail
from apps.orders.admin import orders as orders
from apps.orders.admin import papers as papers
from apps.orders.admin import print_jobs as print_jobs
from apps.orders.admin import replays as replays
from apps.orders.admin import returns as returns
