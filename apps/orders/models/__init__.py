"""The tables of orders, one module per aggregate."""

from apps.orders.models.blind_returns import BlindReturn, BlindReturnLine
from apps.orders.models.closing import DayClose, ZAmendment, ZReport
from apps.orders.models.exchanges import Exchange
from apps.orders.models.order import Order, OrderLine, ReceiptCounter
from apps.orders.models.parked import ParkedOrder
from apps.orders.models.receipt import PrintedReceipt
from apps.orders.models.returns import Return, ReturnLine

__all__ = [
    "BlindReturn",
    "BlindReturnLine",
    "DayClose",
    "Exchange",
    "Order",
    "OrderLine",
    "ParkedOrder",
    "PrintedReceipt",
    "ReceiptCounter",
    "Return",
    "ReturnLine",
    "ZAmendment",
    "ZReport",
]
