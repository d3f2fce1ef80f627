"""Cards, through Stripe. Without a key the shop takes cash only, and says so."""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured

from config.settings.base import ENVIRONMENT, env

_STRIPE = "https://api.stripe.com"

STRIPE_SECRET_KEY = env.str("STRIPE_SECRET_KEY", default="")
STRIPE_API_BASE = env.str("STRIPE_API_BASE", default=_STRIPE)
# How many threads of one process may wait for Stripe at a time; the others go on selling for cash.
STRIPE_THREADS = env.int("STRIPE_THREADS", default=2)
STRIPE_TEST_MODE = env.bool("STRIPE_TEST_MODE", default=False)
# What Stripe signs its events with; two of them while one takes the other's place.
_secrets: list[str] = env.list("STRIPE_WEBHOOK_SECRETS", default=[])
STRIPE_WEBHOOK_SECRETS = [secret.strip() for secret in _secrets if secret.strip()]

_is_live = STRIPE_SECRET_KEY.startswith(("sk_live_", "rk_live_"))
_is_test = STRIPE_SECRET_KEY.startswith(("sk_test_", "rk_test_"))
if STRIPE_SECRET_KEY and not (_is_live or _is_test):
    raise ImproperlyConfigured(
        "STRIPE_SECRET_KEY is no secret key of Stripe's: it begins with sk_live_, rk_live_,"
        " sk_test_ or rk_test_. Take it from Developers, API keys."
    )
if not all(secret.startswith("whsec_") for secret in STRIPE_WEBHOOK_SECRETS):
    raise ImproperlyConfigured(
        "STRIPE_WEBHOOK_SECRETS holds something that is no signing secret of Stripe's: each begins"
        " with whsec_. Take it from Developers, Webhooks, the endpoint's page."
    )
if not STRIPE_API_BASE.startswith(("https://", "http://")):
    raise ImproperlyConfigured(
        f"STRIPE_API_BASE is {STRIPE_API_BASE}: an address begins with https:// or http://."
        f" Remove it to speak to {_STRIPE}."
    )
if _is_live and STRIPE_API_BASE != _STRIPE:
    raise ImproperlyConfigured(
        f"STRIPE_SECRET_KEY is a live key, and STRIPE_API_BASE is not {_STRIPE}: customers' cards"
        " would be sent to somebody else. Remove STRIPE_API_BASE, or take a test key."
    )
if _is_test and ENVIRONMENT == "production" and not STRIPE_TEST_MODE:
    raise ImproperlyConfigured(
        "STRIPE_SECRET_KEY is a test key: no card would be charged. Take the live key, or set"
        " STRIPE_TEST_MODE=true if that is meant."
    )
