"""Sync in the back office: who is told, what did not arrive, and what others have told us."""

from apps.sync.admin import batches as batches
from apps.sync.admin import comparisons as comparisons
from apps.sync.admin import destinations as destinations
from apps.sync.admin import head_office as head_office
from apps.sync.admin import peers as peers
from apps.sync.admin import received as received
from apps.sync.admin import remote as remote
from apps.sync.admin import undelivered as undelivered
