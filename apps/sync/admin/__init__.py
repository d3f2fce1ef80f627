"""The admin of sync, one module per page."""

from apps.sync.admin import head_office as head_office
