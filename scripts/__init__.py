"""Programs around the product: test services, checks, the demo."""
