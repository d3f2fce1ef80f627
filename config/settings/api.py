"""The terminal API and its description."""

from __future__ import annotations

from typing import Any

from config.settings.base import env

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["apps.stores.api.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["apps.stores.api.permissions.MayCall"],
    "DEFAULT_PARSER_CLASSES": ["apps.core.api.json.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["apps.core.api.json.OrjsonRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "apps.core.api.json.AlwaysJSON",
    "DEFAULT_PAGINATION_CLASS": "apps.core.pagination.KeyPagination",
    "DEFAULT_SCHEMA_CLASS": "apps.core.api.schema.ProblemSchema",
    "EXCEPTION_HANDLER": "apps.core.problems.exception_handler",
    "UNAUTHENTICATED_USER": None,
    "NON_FIELD_ERRORS_KEY": "$",
    # How many proxies of ours add to X-Forwarded-For; what a caller writes there is not believed.
    "NUM_PROXIES": env.int("TRUSTED_PROXIES", default=0),
}

SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Tillhouse terminal API",
    "DESCRIPTION": (
        "What a till says to its back office. Amounts are integer cents (`*_cents`), times are"
        " RFC 3339 in UTC, ids of things a till creates are UUIDs that the till makes."
    ),
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "SORT_OPERATIONS": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "ENUM_NAME_OVERRIDES": {
        "ApprovalStatusEnum": "apps.stores.api.approvals.STATUSES",
        "PromotionKindEnum": "apps.orders.api.answers.PROMOTION_KINDS",
        "MethodEnum": ["scan", "typed"],
        "TenderKindEnum": ["cash", "card", "gift_card", "store_credit"],
        "StoredValueKindEnum": ["gift_card", "store_credit"],
        "CashMovementKindEnum": "apps.payments.api.shift_serializers.KINDS",
        "PaymentMethodEnum": "apps.payments.api.serializers.METHODS",
        "PaymentStatusEnum": "apps.payments.api.serializers.PAYMENT_STATUSES",
        "PrintKindEnum": "apps.orders.api.print_answers.PRINT_KINDS",
        "PrintStateEnum": "apps.orders.api.print_answers.PRINT_STATES",
        "EmailStateEnum": "apps.orders.api.mailing.EMAIL_STATES",
        "RefundStatusEnum": "apps.payments.api.serializers.REFUND_STATUSES",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "apps.core.api.schema.describe_problems",
    ],
}
