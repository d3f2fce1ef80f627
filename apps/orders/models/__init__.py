"""The tables of orders, one module per aggregate."""

from apps.orders.models.blind_returns import BlindReturn, BlindReturnLine
from apps.orders.models.closing import DayClose, ZAmendment, ZReport
from apps.orders.models.exchanges import Exchange
from apps.orders.models.mail import ReceiptEmail
from apps.orders.models.order import Order, OrderLine, ReceiptCounter
from apps.orders.models.parked import ParkedOrder
from apps.orders.models.print_job import PrintJob
from apps.orders.models.receipt import PrintedReceipt
from apps.orders.models.replay import BasketReplay
from apps.orders.models.returns import Return, ReturnLine

__all__ = [
    "BasketReplay",
    "BlindReturn",
    "BlindReturnLine",
    "DayClose",
    "Exchange",
    "Order",
    "OrderLine",
    "ParkedOrder",
    "PrintJob",
    "PrintedReceipt",
    "ReceiptCounter",
    "ReceiptEmail",
    "Return",
    "ReturnLine",
    "ZAmendment",
    "ZReport",
]
