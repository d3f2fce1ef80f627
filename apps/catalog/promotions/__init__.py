"""Promotions: what a customer saves, and why. Pure arithmetic; see docs/adr on the best price."""
