"""A stateful simulator of Stripe that the real SDK talks to over HTTP, on loopback only."""
