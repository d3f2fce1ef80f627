"""What is connected to what, on one screen: events to tasks, pages to apps, roles to pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.catalog import events as catalog_events
from apps.catalog import panels as catalog_panels
from apps.inventory import events as inventory_events
from apps.inventory import panels as inventory_panels
from apps.orders.events import (
    BlindReturnCompleted,
    OrderCompleted,
    OrderVoided,
    ReceiptEmailAsked,
    ReplayAsked,
    ReturnCompleted,
    ShiftAmended,
    ShiftClosed,
)
from apps.orders.panels import list_in_brief, list_promotion_uses, list_sales_to
from apps.payments.drawer_selectors import describe_open_shift
from apps.payments.events import PaymentCaptured, PaymentRefunded, StripeEventReceived
from apps.stores.types import Permission
from apps.sync import events as sync_events
from apps.sync.other_stores import list_other_stores
from apps.sync.panels import list_notices as list_sync_notices

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apps.core.events import Event

# Which tasks hear of which event. Each task takes the event's id and does its work once per id.
SUBSCRIBERS: Mapping[type[Event], tuple[str, ...]] = {
    OrderCompleted: ("inventory.request_counts", "payments.settle_order"),
    OrderVoided: ("payments.settle_order",),
    ReturnCompleted: ("payments.settle_order",),
    BlindReturnCompleted: (),
    ShiftClosed: (),
    ShiftAmended: (),
    ReceiptEmailAsked: ("orders.send_receipt",),
    ReplayAsked: ("orders.replay_baskets",),
    StripeEventReceived: ("payments.work_event",),
    inventory_events.InventoryAdjusted: (),
    catalog_events.ProductUpdated: (),
    catalog_events.PriceChanged: (),
    PaymentCaptured: (),
    PaymentRefunded: (),
    sync_events.DestinationStopped: (),
    sync_events.DeliveryFailing: (),
    sync_events.DeliveryResumed: (),
    sync_events.FactDead: (),
    sync_events.BooksDiffer: (),
}

# What a login says of the shift at its till.
OPEN_SHIFT = describe_open_shift

# What a product's page shows per store.
PRODUCT_COLUMNS = (catalog_panels.price_columns, inventory_panels.stock_columns)

# What was sold to a customer, for their page.
CUSTOMER_PURCHASES = list_sales_to

# What an approval is about, for its pages.
ORDERS_IN_BRIEF = list_in_brief

# What a promotion gave, for its page.
PROMOTION_USES = list_promotion_uses

# What somebody has to look at, for the home page.
HOME_NOTICES = (list_sync_notices,)

# How today goes in stores that other installations tell of, for the home page.
OTHER_STORES = list_other_stores

# Which admin pages a permission of the role table opens, and for what.
_SEE = ("view",)
_EDIT = ("view", "add", "change")
OFFICE_PAGES: Mapping[Permission, Mapping[str, tuple[str, ...]]] = {
    Permission.VIEW_OFFICE: {
        "core.auditentry": _SEE,
        "stores.store": _SEE,
        "stores.licence": _SEE,
        "stores.sellinghours": _SEE,
        "stores.sellinghoursexception": _SEE,
        "stores.staff": _SEE,
        "stores.terminal": _SEE,
        "stores.taxjurisdiction": _SEE,
        "stores.taxrate": _SEE,
        "stores.taxtreatment": _SEE,
        "stores.servicetoken": _SEE,
        "stores.approval": _SEE,
        "stores.rolelimit": _SEE,
        "catalog.product": _SEE,
        "catalog.barcode": _SEE,
        "catalog.price": _SEE,
        "catalog.category": _SEE,
        "catalog.modifiergroup": _SEE,
        "catalog.modifier": _SEE,
        "catalog.pricebook": _SEE,
        "catalog.priceedition": _SEE,
        "catalog.editionprice": _SEE,
        "catalog.promotion": _SEE,
        "catalog.storepricebook": _SEE,
        "catalog.importrun": _SEE,
        "sync.catalogsource": _SEE,
        "customers.customer": _SEE,
        "customers.exemptioncertificate": _SEE,
        "customers.loyaltyprogramme": _SEE,
        "customers.loyaltyaccount": _SEE,
        "customers.loyaltyentry": _SEE,
        "inventory.stockbalance": _SEE,
        "inventory.stockmovement": _SEE,
        "inventory.stockdocument": _SEE,
        "inventory.countrequest": _SEE,
        "orders.order": _SEE,
        "orders.parkedorder": _SEE,
        "orders.return": _SEE,
        "orders.exchange": _SEE,
        "orders.blindreturn": _SEE,
        "orders.blindreturnline": _SEE,
        "orders.receiptemail": _SEE,
        "orders.printjob": _SEE,
        "orders.zreport": _SEE,
        "orders.zamendment": _SEE,
        "orders.dayclose": _SEE,
        "orders.basketreplay": _SEE,
        "payments.shift": _SEE,
        "payments.cashmovement": _SEE,
        "payments.drawercount": _SEE,
        "payments.tender": _SEE,
        "payments.storedvalueaccount": _SEE,
        "payments.storedvalueentry": _SEE,
        "payments.payment": _SEE,
        "payments.refund": _SEE,
        "payments.attempt": _SEE,
        "payments.stripeevent": _SEE,
        "payments.dispute": _SEE,
        "payments.difference": _SEE,
        "payments.reconciliation": _SEE,
        "payments.payout": _SEE,
        "payments.balanceentry": _SEE,
        "payments.reader": _SEE,
        "payments.location": _SEE,
        "core.outboxevent": _SEE,
        "sync.destination": _SEE,
        "sync.batch": _SEE,
        "sync.attempt": _SEE,
        "sync.undelivered": _SEE,
        "sync.syncreconciliation": _SEE,
        "sync.peer": _SEE,
        "sync.sequencegap": _SEE,
        "sync.receivedbatch": _SEE,
        "sync.receivedfact": _SEE,
        "sync.rejectedfact": _SEE,
        "sync.remotesale": _SEE,
        "sync.remotereturn": _SEE,
        "sync.remotepayment": _SEE,
        "sync.remoteshift": _SEE,
        "sync.remotestock": _SEE,
    },
    Permission.VOID_ORDER: {
        "stores.approval": ("change",),
        "payments.payment": ("change",),
        "payments.refund": ("add",),
        "payments.difference": ("change",),
    },
    Permission.PRINT_RECEIPT: {
        "orders.receiptemail": ("add", "change"),
        "orders.printjob": ("add", "change"),
    },
    Permission.CLOSE_DAY: {
        "orders.dayclose": ("view", "add"),
        "payments.storedvalueaccount": ("change",),
        "orders.zreport": ("view", "add"),
    },
    Permission.EDIT_CATALOG: {
        "catalog.product": _EDIT,
        "catalog.barcode": (*_EDIT, "delete"),
        "catalog.price": ("view", "add"),
        "catalog.category": _EDIT,
        "catalog.modifiergroup": _EDIT,
        "catalog.modifier": (*_EDIT, "delete"),
        "catalog.pricebook": _EDIT,
        "catalog.priceedition": (*_EDIT, "delete"),
        "catalog.promotion": _EDIT,
        "catalog.storepricebook": (*_EDIT, "delete"),
    },
    Permission.MANAGE_CUSTOMERS: {
        "customers.customer": _EDIT,
        "customers.exemptioncertificate": _EDIT,
        "customers.loyaltyaccount": ("view", "change"),
    },
    Permission.IMPORT_PRODUCTS: {"catalog.importrun": ("view", "add")},
    Permission.MOVE_STOCK: {
        "inventory.stockdocument": ("view", "add"),
        "inventory.stockbalance": ("view", "change"),
    },
    Permission.MANAGE_TERMINALS: {
        "stores.terminal": _EDIT,
        "payments.reader": ("add", "delete"),
    },
    Permission.MANAGE_STAFF: {"stores.staff": _EDIT},
    Permission.MANAGE_STORES: {
        "customers.loyaltyprogramme": _EDIT,
        "stores.rolelimit": ("view", "change"),
        "stores.servicetoken": _EDIT,
        "sync.catalogsource": _EDIT,
        "stores.store": _EDIT,
        "stores.licence": (*_EDIT, "delete"),
        "stores.sellinghours": (*_EDIT, "delete"),
        "stores.sellinghoursexception": (*_EDIT, "delete"),
        "stores.taxjurisdiction": _EDIT,
        "stores.taxrate": (*_EDIT, "delete"),
        "stores.taxtreatment": _EDIT,
    },
    Permission.MANAGE_SYNC: {
        "sync.destination": _EDIT,
        "sync.peer": _EDIT,
        "sync.undelivered": ("change",),
    },
}
