"""Sending facts to other installations, and taking in theirs."""

from apps.sync.models.catalog import CatalogSource
from apps.sync.models.comparing import SyncReconciliation
from apps.sync.models.inbox import (
    Peer,
    ReceivedBatch,
    ReceivedFact,
    RemoteStock,
    SequenceGap,
)
from apps.sync.models.remote import (
    RejectedFact,
    RemotePayment,
    RemoteReturn,
    RemoteSale,
    RemoteShift,
)
from apps.sync.models.sending import Attempt, Batch, Destination, Undelivered

__all__ = [
    "Attempt",
    "Batch",
    "CatalogSource",
    "Destination",
    "Peer",
    "ReceivedBatch",
    "ReceivedFact",
    "RejectedFact",
    "RemotePayment",
    "RemoteReturn",
    "RemoteSale",
    "RemoteShift",
    "RemoteStock",
    "SequenceGap",
    "SyncReconciliation",
    "Undelivered",
]
