"""A small back office of somebody else's that is told over HTTP what happened, on loopback only.

It takes batches of facts at `POST /api/sync` and lines of journal entries at `POST /api/journal`.
Unlike a Tillhouse it insists on every number in its order; and it fails on demand.
"""
