"""Stand-ins for services outside, for the demo and the tests; `apps` never imports them."""
