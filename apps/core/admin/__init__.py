"""The admin of the core, and the base that every app's admin builds on."""

from apps.core.admin import facts as facts
from apps.core.admin import logins as logins
from apps.core.admin import system as system
