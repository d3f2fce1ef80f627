"""The admin of money: what was taken, what Stripe told us, and its books beside ours."""

from apps.payments.admin import books as books
from apps.payments.admin import differences as differences
from apps.payments.admin import drawers as drawers
from apps.payments.admin import news as news
from apps.payments.admin import payments as payments
from apps.payments.admin import readers as readers
from apps.payments.admin import refunds as refunds
from apps.payments.admin import stored_value as stored_value
from apps.payments.admin import tenders as tenders
