"""What Stripe's API accepts and answers, read from the installed SDK and held against each call."""
