"""`make demo`: three stores, a week of history, an hour of sales over HTTP."""
