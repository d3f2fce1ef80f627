"""Every address of Tillhouse."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from apps.catalog.api import urls as catalog
from apps.core import views as core
from apps.core.api import urls as core_api
from apps.customers.api import urls as customers
from apps.inventory.api import urls as inventory
from apps.orders.api import urls as orders
from apps.payments.api import urls as payments
from apps.payments.views import stripe_webhook
from apps.reports.views import exceptions
from apps.stores.api import urls as stores
from apps.sync.api.urls import urlpatterns as sync

handler400 = "apps.core.views.bad_request"
handler403 = "apps.core.views.forbidden"
handler404 = "apps.core.views.not_found"
handler500 = "apps.core.views.server_error"

# What tills ask most comes first: paths are tried in this order.
api_v1 = [
    *orders.urlpatterns,
    *payments.urlpatterns,
    *catalog.urlpatterns,
    *customers.urlpatterns,
    *inventory.urlpatterns,
    *stores.urlpatterns,
    *core_api.urlpatterns,
]

urlpatterns = [
    path("api/v1/", include(api_v1)),
    path("webhooks/stripe", stripe_webhook),
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/exceptions/", admin.site.admin_view(exceptions), name="exceptions"),
    path("admin/", admin.site.urls),
    path("api/", include(sync)),
    path("api/schema", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs", SpectacularSwaggerView.as_view(url_name="schema"), name="docs"),
    path("api/docs/problems", core.problems, name="problems"),
]
