"""Settings, chosen by TILLHOUSE_ENV: `embedded` (the default), `staging` or `production`."""

from django.core.exceptions import ImproperlyConfigured

from config.settings.admin import *
from config.settings.api import *
from config.settings.base import *
from config.settings.cards import *
from config.settings.logs import *
from config.settings.mail import *
from config.settings.sealing import *
from config.settings.services import *
from config.settings.sync import *

if ENVIRONMENT in {"staging", "production"}:
    from config.settings.production import *
elif ENVIRONMENT != "embedded":
    raise ImproperlyConfigured(
        f"TILLHOUSE_ENV is {ENVIRONMENT!r}; it can be embedded, staging or production."
    )
